package dev.jevent.hub.sim;

import dev.jevent.testkit.Schedules;
import org.junit.jupiter.api.Test;

class LoopSchedulesTest {
    @Test
    void callbacksRunOnceInOrder() {
        Schedules.of(LoopScenarios.callbacksRunOnceInOrder()).run();
    }

    @Test
    void timersFireWhenDue() {
        Schedules.of(LoopScenarios.timersFireWhenDue()).run();
    }

    @Test
    void postsArriveOnceInOrder() {
        Schedules.of(LoopScenarios.postsArriveOnceInOrder()).oneIn(4).run();
    }

    @Test
    void sendsAreNotLost() {
        Schedules.of(LoopScenarios.sendsAreNotLost()).oneIn(4).run();
    }

    @Test
    void otherThreadsSpawnAndKill() {
        Schedules.of(LoopScenarios.foreignSpawnsAndKills()).oneIn(4).run();
    }

    @Test
    void everyByteArrives() {
        Schedules.of(ReadinessScenarios.everyByteArrives()).run();
    }

    @Test
    void everyByteArrivesOnAnEdgeTriggeredLoop() {
        Schedules.of(ReadinessScenarios.everyByteArrives()).edgeTriggered().run();
    }

    @Test
    void numbersOfDescriptorsAreUsedAgain() {
        Schedules.of(ReadinessScenarios.numbersAreUsedAgain()).run();
    }

    @Test
    void numbersOfDescriptorsAreUsedAgainOnAnEdgeTriggeredLoop() {
        Schedules.of(ReadinessScenarios.numbersAreUsedAgain()).edgeTriggered().run();
    }

    @Test
    void severalWatchersOfOneDescriptor() {
        Schedules.of(ReadinessScenarios.severalWatchersOfOne()).run();
    }

    @Test
    void severalWatchersOfOneDescriptorOnAnEdgeTriggeredLoop() {
        Schedules.of(ReadinessScenarios.severalWatchersOfOne()).edgeTriggered().run();
    }
}
