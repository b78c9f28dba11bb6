package dev.jevent.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void aShareOfTheSamplesDoesNotExceedItsTime() {
        Samples samples = new Samples(100);
        for (int i = 100; i >= 1; i--) {
            samples.add(i * 1_000_000L);
        }
        assertThat(samples.millis(0.5)).isEqualTo(50);
        assertThat(samples.millis(0.99)).isEqualTo(99);
        assertThat(samples.millis(1)).isEqualTo(100);
        assertThat(samples.millis(0)).isEqualTo(1);
    }

    @Test
    void withoutSamplesEveryTimeIsZero() {
        assertThat(new Samples(5).millis(0.5)).isZero();
    }
}
