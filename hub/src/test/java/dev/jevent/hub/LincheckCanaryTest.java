package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/** Lincheck has been blind on new JDKs before: here it must find what is really there. */
class LincheckCanaryTest {
    public static class Racy {
        private int x;

        @Operation
        public int increment() {
            return ++x;
        }
    }

    public static class Sound {
        private final AtomicInteger x = new AtomicInteger();

        @Operation
        public int increment() {
            return x.incrementAndGet();
        }
    }

    @Test
    void modelCheckingFindsALostUpdate() {
        assertThatThrownBy(() -> new ModelCheckingOptions().iterations(10).invocationsPerIteration(500).check(Racy.class))
                .hasMessageContaining("Invalid execution results");
    }

    @Test
    void whatIsSoundPasses() {
        new ModelCheckingOptions().iterations(10).invocationsPerIteration(500).check(Sound.class);
    }

    @Test
    void aRaceBetweenThreadsIsFound() {
        assertThatThrownBy(() -> Lincheck.runConcurrentTest(1000, () -> {
            Racy counter = new Racy();
            Interleavings.together(counter::increment, counter::increment);
            Interleavings.check(counter.x == 2);
        })).isInstanceOf(AssertionError.class);
    }
}
