package dev.jevent.testkit;

import java.util.concurrent.locks.LockSupport;

/**
 * A real thread that jevent doesn't know, driven in lockstep: the one who gives it a step stands still until the step is
 * over. So what it does takes the way of another thread, and is yet in the same order each time.
 */
final class ForeignThread implements AutoCloseable {
    /** Looks at the next step before parking, so that a run of steps costs no system call. */
    private static final int SPINS = 20_000;

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
        for (int spins = 0; spins < SPINS; spins++) {
            Runnable now = step;
            if (now != null) {
                return now;
            }
            Thread.onSpinWait();
        }
        parked = true;
        Runnable now;
        while ((now = step) == null) {
            LockSupport.park(this);
        }
        parked = false;
        return now;
    }

    /**
     * Runs {@code next} there. Doesn't park: the caller may be a greenlet, whose place in the schedule must stay the same.
     *
     * @return what it threw, or null
     */
    Throwable run(Runnable next) {
        give(next);
        boolean yields = !Thread.currentThread().isVirtual();
        long begun = 0;
        for (int spins = 1; step != null; spins++) {
            Thread.onSpinWait();
            if (spins % SPINS == 0) {
                if (begun == 0) {
                    begun = System.nanoTime();
                } else if (System.nanoTime() - begun > LIMIT_NANOS) {
                    throw new IllegalStateException("the step " + next + " of " + thread + " doesn't end: it must not wait. "
                            + "It is at " + java.util.Arrays.toString(thread.getStackTrace()));
                }
                if (yields) {
                    Thread.yield();
                }
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
