package dev.jevent.sync.sim;

import dev.jevent.testkit.Schedules;
import org.junit.jupiter.api.Test;

class TimeoutSchedulesTest {
    @Test
    void aScopeHasOneOutcomeAndLeavesNothing() {
        Schedules.of(TimeoutScenarios.oneOutcomeEach(Limit.real())).run();
    }
}
