package dev.jevent.sync;

/**
 * A {@link Semaphore} that finds out when it is released more often than acquired: {@link #release()} then throws
 * {@link IllegalStateException} and adds nothing. [F-LCK-08]
 */
public final class BoundedSemaphore extends Semaphore {
    /** With one permit. */
    public BoundedSemaphore() {
        this(1);
    }

    /** @param permits free at the start, and never more */
    public BoundedSemaphore(int permits) {
        this(permits, false);
    }

    /** @param permits free at the start, and never more */
    public BoundedSemaphore(int permits, boolean fair) {
        super(permits, permits, fair);
    }
}
