package dev.jevent;

import java.time.Duration;
import java.util.Objects;

/** The one way in which durations given by users become nanoseconds. */
public final class Durations {
    private Durations() {}

    /**
     * Nanoseconds of {@code duration}, capped at {@link Long#MAX_VALUE} (292 years).
     *
     * @param name of the parameter, for the message
     * @throws IllegalArgumentException if it is negative
     * @throws NullPointerException if it is null; methods that wait without limit have no such parameter
     */
    public static long nanos(String name, Duration duration) {
        Objects.requireNonNull(duration, name);
        if (duration.isNegative()) {
            throw new IllegalArgumentException(name + ": " + duration + " (expected: >= 0)");
        }
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    /** As people say it: {@code 2s}, {@code 1m30s}, {@code 0.25s}. */
    public static String text(Duration duration) {
        return duration.toString().substring(duration.isNegative() ? 0 : 2).toLowerCase(java.util.Locale.ROOT);
    }
}
