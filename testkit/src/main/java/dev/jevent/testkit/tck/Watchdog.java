package dev.jevent.testkit.tck;

import java.time.Duration;

/** Ends a wait that should have ended: interrupts the thread that made it, when its time is over. */
final class Watchdog implements AutoCloseable {
    private final Thread watched = Thread.currentThread();
    private final Duration limit;
    private final Thread thread;
    private volatile boolean barked;

    Watchdog(Duration limit) {
        this.limit = limit;
        thread = new Thread(this::watch, "watchdog of " + watched.getName());
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        try {
            Thread.sleep(limit);
        } catch (InterruptedException e) {
            return;
        }
        barked = true;
        watched.interrupt();
    }

    /** @throws AssertionError if the time is over */
    void check(String what) {
        if (barked) {
            throw new AssertionError(what + ", in " + limit.toMillis() + " ms");
        }
    }

    boolean hasBarked() {
        return barked;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (barked) {
            Thread.interrupted(); // ours
        }
    }
}
