package dev.jevent.spi;

import java.util.Objects;

/**
 * Whether something can be used here.
 *
 * @param reason null if it can; else why not, and what would help
 */
public record Availability(String reason) {
    private static final Availability YES = new Availability(null);

    public static Availability yes() {
        return YES;
    }

    public static Availability no(String reason) {
        return new Availability(Objects.requireNonNull(reason, "reason"));
    }

    public boolean available() {
        return reason == null;
    }
}
