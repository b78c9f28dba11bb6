package dev.jevent.loop;

import dev.jevent.contract.AnyThread;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * For pollers that wait in native code: ends a poll from another thread, with one system call for all wake-ups until the poll has
 * ended.
 *
 * <p>Closed only when nobody is in that call any more: the number of what it wakes may be of another file right after that.
 */
public abstract class NativeWakeup {
    private static final int CLOSED = Integer.MIN_VALUE;

    private final AtomicBoolean pending = new AtomicBoolean();

    /** Threads that are in {@link #wake}; negative: closed. */
    private final AtomicInteger wakers = new AtomicInteger();

    protected NativeWakeup() {}

    /** The system call. Doesn't block. */
    protected abstract void wake();

    @AnyThread
    public final void send() {
        if (!pending.get() && pending.compareAndSet(false, true)) {
            if (wakers.incrementAndGet() > 0) {
                wake();
            }
            wakers.decrementAndGet();
        }
    }

    /** Whether the next poll need not wait. */
    public final boolean isPending() {
        return pending.get();
    }

    /**
     * The poll has ended. What a later poll finds of one that came before is a reason to return early, no more; one
     * that called nothing, because another was pending, came before this, so that its cause is seen after it.
     */
    public final void clear() {
        if (pending.get()) {
            pending.set(false);
        }
    }

    /** Once; nothing is called after it. */
    public final void close() {
        if (wakers.getAndAdd(CLOSED) > 0) {
            while (wakers.get() != CLOSED) {
                Thread.onSpinWait(); // a call that doesn't block
            }
        }
    }
}
