package dev.jevent.hub;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads do. */
final class Eventually {
    private static final long LIMIT = 20_000_000_000L;

    private Eventually() {}

    /** Blocks the calling thread until {@code condition} holds. */
    static void until(String what, BooleanSupplier condition) {
        long since = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - since > LIMIT) {
                throw new AssertionError("still not: " + what);
            }
            LockSupport.parkNanos(200_000);
        }
    }
}
