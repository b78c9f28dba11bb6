package dev.jevent.hub.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.testkit.Schedules;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The seeded scenarios find what they are there to find: the real hub, on a loop that does one thing wrong, fails within so
 * many seeds. That it doesn't on a right one is what the other tests here say.
 */
class PlantedFaultsTest {
    /** So many seeds find each fault; most take a handful. */
    private static final int SEEDS = 5_000;

    private record Fault(String name, Schedules broken) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Fault fault(String name, Schedules broken) {
        return new Fault(name, broken.count(SEEDS));
    }

    static Stream<Fault> faults() {
        return Stream.of(
                fault("a wake-up between the last look and the poll is lost",
                        Schedules.of(LoopScenarios.postsArriveOnceInOrder()).pollers(BrokenPollers.ForgetsEarlyWakeups::new)),
                fault("some wake-ups are lost",
                        Schedules.of(LoopScenarios.postsArriveOnceInOrder()).pollers(BrokenPollers.DropsWakeups::new)),
                fault("some reports are lost",
                        Schedules.of(ReadinessScenarios.everyByteArrives()).edgeTriggered().pollers(BrokenPollers.DropsReports::new)),
                fault("an event of an earlier owner of a number is given to the present one",
                        Schedules.of(ReadinessScenarios.numbersAreUsedAgain()).pollers(BrokenPollers.TakesANumberForAnIdentity::new)),
                fault("what is ready is not reported again when it is asked for again",
                        Schedules.of(ReadinessScenarios.everyByteArrives()).edgeTriggered().pollers(BrokenPollers.DoesNotReportAgain::new)),
                fault("a change of interest comes late",
                        Schedules.of(ReadinessScenarios.severalWatchersOfOne()).pollers(BrokenPollers.IsLateToTakeChanges::new)),
                fault("alarms go off a nanosecond early",
                        Schedules.of(GreenletScenarios.sleepsEndInTheirOrder()).loops(BrokenLoops.alarmsGoOffEarly())),
                fault("alarms cannot be cancelled",
                        Schedules.of(GreenletScenarios.joinsEndWithIt()).loops(BrokenLoops.alarmsCannotBeCancelled())),
                fault("cancelling an alarm takes another along",
                        Schedules.of(GreenletScenarios.joinsEndWithIt()).loops(BrokenLoops.cancellingTakesAnotherAlarmAlong())),
                fault("the last task runs first",
                        Schedules.of(GreenletScenarios.nobodyStarves()).loops(BrokenLoops.lastTaskFirst())),
                fault("callbacks run twice",
                        Schedules.of(LoopScenarios.callbacksRunOnceInOrder()).loops(BrokenLoops.callbacksRunTwice())),
                fault("what another thread hands over runs twice",
                        Schedules.of(LoopScenarios.postsArriveOnceInOrder()).loops(BrokenLoops.callbacksRunTwice())),
                fault("callbacks cannot be taken back",
                        Schedules.of(LoopScenarios.callbacksRunOnceInOrder()).loops(BrokenLoops.callbacksCannotBeStopped())),
                fault("a post waits for the next one",
                        Schedules.of(LoopScenarios.foreignSpawnsAndKills()).loops(BrokenLoops.postsWaitForTheNext())),
                fault("posts come in reverse",
                        Schedules.of(LoopScenarios.postsArriveOnceInOrder()).loops(BrokenLoops.postsComeInReverse())),
                fault("the loop gives up though something is ready",
                        Schedules.of(GreenletScenarios.eachRunsOnce()).loops(BrokenLoops.givesUpTooSoon())));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void isFound(Fault fault) {
        Optional<Schedules.Failure> found = fault.broken().firstFailure();
        assertThat(found).as(fault.name()).isPresent();
        System.out.println("found at seed " + (found.get().number() + 1) + ": " + fault);
    }
}
