package dev.jevent.sync.sim;

import dev.jevent.testkit.Schedules;
import org.junit.jupiter.api.Test;

class CellSchedulesTest {
    @Test
    void anAsyncResultIsSetOnceForAll() {
        Schedules.of(CellScenarios.setOnceForAll(Cell.real())).run();
    }
}
