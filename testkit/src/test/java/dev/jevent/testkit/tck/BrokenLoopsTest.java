package dev.jevent.testkit.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule of {@link LoopTck} catches a loop that breaks it. */
class BrokenLoopsTest {
    /** The kit, on whatever is to be tested. */
    static class Kit extends LoopTck {
        static final Duration SHORT = Duration.ofMillis(300); // for one that is known to hang
        static final Duration LONG = Duration.ofSeconds(10);

        static BrokenLoops.Subject subject = BrokenLoops::good;
        static Duration limit = LONG;

        @Override
        protected HubLoop newLoop(Environment environment, Settings settings) {
            return subject.make(environment, settings);
        }

        @Override
        protected Duration limit() {
            return limit;
        }
    }

    static Stream<BrokenLoops.Broken> broken() {
        return BrokenLoops.all();
    }

    @ParameterizedTest
    @MethodSource("broken")
    void isCaught(BrokenLoops.Broken broken) {
        Kit.subject = broken.subject();
        Kit.limit = Kit.SHORT;
        TckRuns.Outcome outcome = TckRuns.run(Kit.class, broken.rule());
        assertThat(outcome.failed()).as(broken.toString()).hasSize(1);
    }

    @Test
    void oneThatKeepsAllRulesPasses() {
        Kit.subject = BrokenLoops::good;
        Kit.limit = Kit.LONG;
        TckRuns.Outcome outcome = TckRuns.runAll(Kit.class);
        assertThat(outcome.failed()).isEmpty();
        assertThat(outcome.skipped()).isEmpty();
        assertThat(outcome.passed()).hasSize(TckRuns.rules(Kit.class).size());
    }

    @Test
    void everyRuleCatchesOne() {
        assertThat(broken().map(BrokenLoops.Broken::rule).toList()).containsOnlyOnceElementsOf(TckRuns.rules(Kit.class));
    }
}
