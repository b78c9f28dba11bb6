package dev.jevent.testkit.tck;

import dev.jevent.spi.Environment;
import java.time.Duration;

/** Time that a test sets. Loops that wait in it wait in real time, and then find that none has passed. */
final class HandClock implements Environment {
    private volatile long now;

    HandClock(long now) {
        this.now = now;
    }

    void advance(Duration duration) {
        now += duration.toNanos();
    }

    @Override
    public long nanoTime() {
        return now;
    }
}
