package dev.jevent.sync.sim;

import dev.jevent.testkit.Schedules;
import org.junit.jupiter.api.Test;

class EventSchedulesTest {
    @Test
    void allWhoWaitWakeEvenIfItIsClearedAtOnce() {
        Schedules.of(EventScenarios.setThenClearWakesAll(Flag.real())).run();
    }

    @Test
    void aWaitIsOverWhenItWasSetOrItsTimeIs() {
        Schedules.of(EventScenarios.setsAndTimeouts(Flag.real())).run();
    }

    @Test
    void aSetByAnotherThreadIsNeverMissed() {
        Schedules.of(EventScenarios.foreignSets(Flag.real())).oneIn(4).run();
    }

    @Test
    void whoWaitsForSeveralTakesNothingFromOthers() {
        Schedules.of(EventScenarios.waitsForSeveral(Flag.real())).run();
    }
}
