package dev.jevent.testkit;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * A real thread that jevent doesn't know, driven in lockstep: the one who gives it a step stands still until the step is
 * over. So what it does takes the way of another thread, and is yet in the same order each time.
 */
final class ForeignThread implements AutoCloseable {
    /** Looks before giving the processor away: some microseconds. */
    private static final int SPINS = 256;

    /** Looks, with the processor offered to others in between, before the one who waits for a step parks. */
    private static final int YIELDS = 64;

    /** A step that takes longer waits for somebody, who stands still until it is over. */
    private static final long LIMIT_NANOS = 10_000_000_000L;

    private static final Runnable END = () -> {};

    private final Thread thread;
    private volatile Runnable step;
    private volatile boolean parked;
    private Throwable thrown;

    ForeignThread(String name) {
        thread = new Thread(this::work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void work() {
        while (true) {
            Runnable now = awaitStep();
            if (now == END) {
                return;
            }
            try {
                now.run();
            } catch (Throwable e) {
                thrown = e;
            }
            step = null;
        }
    }

    private Runnable awaitStep() {
        for (int looks = 0; looks < SPINS + YIELDS; looks++) {
            Runnable now = step;
            if (now != null) {
                return now;
            }
            relax(looks);
        }
        parked = true;
        Runnable now;
        while ((now = step) == null) {
            LockSupport.park(this);
        }
        parked = false;
        return now;
    }

    private static void relax(int looks) {
        if (looks < SPINS) {
            Thread.onSpinWait();
        } else {
            CarrierYield.run();
        }
    }

    /**
     * Runs {@code next} there. Doesn't park: the caller may be a greenlet, whose place in the schedule must stay the same.
     *
     * @return what it threw, or null
     * @throws IllegalStateException if it doesn't end
     */
    Throwable run(Runnable next) {
        give(next);
        long began = 0;
        for (int looks = 0; step != null; looks++) {
            relax(looks);
            if (looks == SPINS) {
                began = System.nanoTime();
            } else if (looks > SPINS && System.nanoTime() - began > LIMIT_NANOS) {
                throw new IllegalStateException("the step " + next + " of " + thread + " doesn't end: it must not wait. It is at "
                        + Arrays.toString(thread.getStackTrace()));
            }
        }
        Throwable error = thrown;
        thrown = null;
        return error;
    }

    private void give(Runnable next) {
        step = next;
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void close() {
        give(END);
    }
}
