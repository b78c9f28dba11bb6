package dev.jevent.sync.sim;

import dev.jevent.sync.BoundedSemaphore;
import dev.jevent.sync.Semaphore;
import dev.jevent.testkit.Schedules;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class SemaphoreSchedulesTest {
    private static final IntFunction<Permits> PLAIN = Permits.of(Semaphore::new);
    private static final IntFunction<Permits> FAIR = Permits.of(permits -> new Semaphore(permits, true));
    private static final IntFunction<Permits> BOUNDED = Permits.of(BoundedSemaphore::new);

    @Test
    void permitsAreConserved() {
        Schedules.of(SemaphoreScenarios.permitsAreConserved(PLAIN)).run();
    }

    @Test
    void permitsOfAFairOneAreConserved() {
        Schedules.of(SemaphoreScenarios.permitsAreConserved(FAIR)).run();
    }

    @Test
    void permitsOfABoundedOneAreConserved() {
        Schedules.of(SemaphoreScenarios.permitsAreConserved(BOUNDED)).run();
    }

    @Test
    void waitersAreServedInTheOrderOfComing() {
        Schedules.of(SemaphoreScenarios.firstComeFirstServed(PLAIN)).run();
    }

    @Test
    void waitersOfAFairOneAreServedInTheOrderOfComing() {
        Schedules.of(SemaphoreScenarios.firstComeFirstServed(FAIR)).run();
    }

    @Test
    void nobodyStarves() {
        Schedules.of(SemaphoreScenarios.bargingStarvesNobody(PLAIN)).run();
    }

    @Test
    void permitsFromOtherThreadsArrive() {
        Schedules.of(SemaphoreScenarios.foreignReleases(PLAIN)).oneIn(4).run();
    }

    @Test
    void killsFromOtherThreadsLoseNoPermit() {
        Schedules.of(SemaphoreScenarios.foreignReleasesAndKills(PLAIN)).oneIn(4).run();
    }
}
