package dev.jevent.sync;

/** Permits without end. Shared by all; has no state. */
final class UnlimitedSemaphore extends Semaphore {
    static final UnlimitedSemaphore INSTANCE = new UnlimitedSemaphore();

    private UnlimitedSemaphore() {
        super(Integer.MAX_VALUE);
    }

    @Override
    boolean acquire(long nanos, Object on) {
        return true;
    }

    @Override
    public int release() {
        return Integer.MAX_VALUE;
    }

    @Override
    public String toString() {
        return "<unlimited Semaphore>";
    }
}
