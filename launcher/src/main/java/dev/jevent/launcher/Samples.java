package dev.jevent.launcher;

import java.util.Arrays;

/** Times that were measured, in nanoseconds. */
final class Samples {
    private final long[] nanos;
    private int count;
    private boolean sorted;

    Samples(int capacity) {
        nanos = new long[capacity];
    }

    void add(long sample) {
        nanos[count++] = sample;
        sorted = false;
    }

    int count() {
        return count;
    }

    /** The time in milliseconds that {@code share} of them did not exceed: 0.5 is the median, 1 the longest. */
    double millis(double share) {
        if (count == 0) {
            return 0;
        }
        if (!sorted) {
            Arrays.sort(nanos, 0, count);
            sorted = true;
        }
        return nanos[Math.max(0, (int) Math.ceil(share * count) - 1)] / 1e6;
    }
}
