package dev.jevent.hub;

import dev.jevent.GreenletInterrupted;
import dev.jevent.Waiter;
import java.util.concurrent.locks.LockSupport;

/** A thread without a hub, waiting for something that greenlets share: it parks itself. */
final class ThreadWaiter extends Waiter {
    private final Thread thread = Thread.currentThread();

    @Override
    protected void beforeWait() {
        // nothing can be thrown into a thread
    }

    @Override
    protected void block(long nanos) {
        long deadline = System.nanoTime() + nanos;
        boolean interrupted = false;
        while (!isDone()) {
            if (nanos < 0) {
                LockSupport.park(this);
            } else {
                long left = deadline - System.nanoTime();
                if (left > 0) {
                    LockSupport.parkNanos(this, left);
                } else if (tryClaim()) {
                    wake(TIMED_OUT);
                }
            }
            if (!isDone() && Thread.interrupted()) {
                if (tryClaim()) {
                    failHere(new GreenletInterrupted());
                } else {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            thread.interrupt();
        }
    }

    @Override
    protected void resume() {
        LockSupport.unpark(thread);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public String toString() {
        return thread.toString();
    }
}
