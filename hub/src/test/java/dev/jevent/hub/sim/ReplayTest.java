package dev.jevent.hub.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.testkit.Schedules;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A seed decides everything: otherwise a failure could not be looked into. */
class ReplayTest {
    private static final int COUNT = 500; // on one hub

    private static List<Schedules> scenarios() {
        return List.of(
                Schedules.of(GreenletScenarios.eachRunsOnce()),
                Schedules.of(GreenletScenarios.joinsEndWithIt()),
                Schedules.of(GreenletScenarios.killStorm()),
                Schedules.of(LoopScenarios.postsArriveOnceInOrder()),
                Schedules.of(LoopScenarios.foreignSpawnsAndKills()),
                Schedules.of(ReadinessScenarios.everyByteArrives()),
                Schedules.of(ReadinessScenarios.numbersAreUsedAgain()).edgeTriggered());
    }

    @Test
    void aSeedGivesTheSameRunEachTime() {
        for (Schedules schedules : scenarios()) {
            assertThat(schedules.count(COUNT).hashes()).isEqualTo(schedules.hashes()).doesNotContain(0);
        }
    }

    @Test
    void aSeedGivesTheSameRunOnAFreshHub() {
        for (Schedules schedules : scenarios()) {
            long[] inTurn = schedules.count(50).hashes();
            for (int number = 0; number < inTurn.length; number++) {
                assertThat(schedules.hashAlone(number)).as("run %d", number).isEqualTo(inTurn[number]);
            }
        }
    }

    @Test
    void seedsGiveDifferentRuns() {
        for (Schedules schedules : scenarios()) {
            long[] hashes = schedules.count(COUNT).hashes();
            assertThat(Arrays.stream(hashes).distinct().count()).isGreaterThan(COUNT / 2);
        }
    }

    @Test
    void aFailureSaysHowToRepeatIt() {
        Schedules.Scenario scenario = world -> {
            if (world.oneIn(20)) {
                throw new IllegalStateException("found");
            }
        };
        Optional<Schedules.Failure> failure = Schedules.of(scenario).count(1000).firstFailure();
        assertThat(failure).isPresent();
        assertThat(failure.get().error()).hasMessage("found");
        assertThat(failure.get().property()).isEqualTo("jevent.seed=" + failure.get().seed());
        Schedules schedules = Schedules.of(scenario).count(1000);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(schedules::run))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("-Dtest='ReplayTest#aFailureSaysHowToRepeatIt'")
                .hasMessageContaining("-Djevent.seed=");
    }
}
