package dev.jevent.sync.sim;

import dev.jevent.sync.ReentrantMutex;
import dev.jevent.testkit.Schedules;
import org.junit.jupiter.api.Test;

class MutexSchedulesTest {
    @Test
    void oneOwnsItAtATime() {
        Schedules.of(MutexScenarios.oneOwnerAtATime(ReentrantMutex::new)).run();
    }

    @Test
    void oneOwnsAFairOneAtATime() {
        Schedules.of(MutexScenarios.oneOwnerAtATime(() -> new ReentrantMutex(true))).run();
    }

    @Test
    void itsConditionsMakeABoundedBuffer() {
        Schedules.of(MutexScenarios.boundedBuffer(ReentrantMutex::new)).run();
    }

    @Test
    void conditionsOfAFairOneMakeABoundedBuffer() {
        Schedules.of(MutexScenarios.boundedBuffer(() -> new ReentrantMutex(true))).run();
    }

    @Test
    void signalsAreNotLost() {
        Schedules.of(MutexScenarios.signalsAreNotLost(ReentrantMutex::new)).run();
    }
}
