package dev.jevent.hub;

import dev.jevent.Jevent;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads do. */
final class Eventually {
    private static final long LIMIT = 20_000_000_000L;

    private Eventually() {}

    /** Blocks the calling thread until {@code condition} holds. */
    static void until(String what, BooleanSupplier condition) {
        until(what, condition, () -> LockSupport.parkNanos(200_000));
    }

    /** Runs the caller's hub until {@code condition} holds. */
    static void untilOnHub(String what, BooleanSupplier condition) {
        until(what, condition, () -> Jevent.sleep(Duration.ofNanos(200_000)));
    }

    private static void until(String what, BooleanSupplier condition, Runnable pause) {
        long since = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - since > LIMIT) {
                throw new AssertionError("still not: " + what);
            }
            pause.run();
        }
    }
}
