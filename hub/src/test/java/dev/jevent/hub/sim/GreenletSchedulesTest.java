package dev.jevent.hub.sim;

import dev.jevent.testkit.Schedules;
import org.junit.jupiter.api.Test;

class GreenletSchedulesTest {
    @Test
    void eachBodyRunsOnce() {
        Schedules.of(GreenletScenarios.eachRunsOnce()).run();
    }

    @Test
    void joinsEndWithIt() {
        Schedules.of(GreenletScenarios.joinsEndWithIt()).run();
    }

    @Test
    void eachErrorThrownInArrivesOnce() {
        Schedules.of(GreenletScenarios.eachErrorArrivesOnce()).run();
    }

    @Test
    void shieldsHoldKillsBack() {
        Schedules.of(GreenletScenarios.shieldsHoldKillsBack()).run();
    }

    @Test
    void linksAreCalledOnceInOrder() {
        Schedules.of(GreenletScenarios.linksAreCalledOnce()).run();
    }

    @Test
    void failuresAreReportedOnce() {
        Schedules.of(GreenletScenarios.failuresAreReportedOnce()).run();
    }

    @Test
    void sleepsEndInTheirOrder() {
        Schedules.of(GreenletScenarios.sleepsEndInTheirOrder()).run();
    }

    @Test
    void nobodyStarves() {
        Schedules.of(GreenletScenarios.nobodyStarves()).run();
    }

    @Test
    void killsInAStormEndEverybody() {
        Schedules.of(GreenletScenarios.killStorm()).run();
    }

    @Test
    void aWaitForSeveralGivesEachOnce() {
        Schedules.of(GreenletScenarios.waitsForSeveral()).run();
    }
}
