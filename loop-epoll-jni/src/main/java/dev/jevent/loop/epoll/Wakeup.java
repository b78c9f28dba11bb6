package dev.jevent.loop.epoll;

import dev.jevent.contract.AnyThread;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ends a poll from another thread: an event descriptor, written to once for all wake-ups until the poll has ended.
 *
 * <p>Closed only when nobody writes any more: its number may be of another file right after that.
 */
final class Wakeup {
    private static final int CLOSED = Integer.MIN_VALUE;

    private final int descriptor;
    private final AtomicBoolean pending = new AtomicBoolean();

    /** Threads that are writing; negative: closed. */
    private final AtomicInteger writers = new AtomicInteger();

    Wakeup(int descriptor) {
        this.descriptor = descriptor;
    }

    @AnyThread
    void send() {
        if (!pending.get() && pending.compareAndSet(false, true)) {
            if (writers.incrementAndGet() > 0) {
                Epoll.wake(descriptor); // fails only after 2^64 of them
            }
            writers.decrementAndGet();
        }
    }

    boolean isPending() {
        return pending.get();
    }

    /**
     * The poll has ended. What a later poll finds written by one that came before is a reason to return early, no more; one
     * that wrote nothing, because another was pending, came before this, so that its cause is seen after it.
     */
    void clear() {
        if (pending.get()) {
            pending.set(false);
        }
    }

    /** Once. */
    void close() {
        if (writers.getAndAdd(CLOSED) > 0) {
            while (writers.get() != CLOSED) {
                Thread.onSpinWait(); // a write that doesn't block
            }
        }
        Epoll.close(descriptor);
    }
}
