package dev.jevent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The state of something that greenlets wait for, guarded for a few instructions at a time.
 *
 * <p>Objects that greenlets share must also be right when a thread of another hub, or of none, uses them. A
 * {@code java.util.concurrent} lock cannot do that here: its next owner may be an unmounted greenlet of the very
 * hub whose thread stands waiting for it, and then nobody ever runs again. So the few instructions that change such
 * an object stand between {@link #enter()} and {@link #leave()}, which spin instead of parking. Between them there is
 * no switch, no call of foreign code and no allocation that could fail half-way; the holder is always a running
 * thread, so the wait is some nanoseconds.
 *
 * <p>Not reentrant.
 */
public abstract class Guard {
    private static final VarHandle HELD;

    static {
        try {
            HELD = MethodHandles.lookup().findVarHandle(Guard.class, "held", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Spins before the waiting thread offers its processor to others; the holder may have been preempted. */
    private static final int SPINS = 1 << 10;

    @SuppressWarnings("unused") // through HELD
    private volatile int held;

    protected Guard() {}

    protected final void enter() {
        if (!HELD.compareAndSet(this, 0, 1)) {
            enterContended();
        }
    }

    protected final void leave() {
        HELD.setRelease(this, 0);
    }

    private void enterContended() {
        int spins = 0;
        while ((int) HELD.getOpaque(this) != 0 || !HELD.compareAndSet(this, 0, 1)) {
            if (++spins < SPINS) {
                Thread.onSpinWait();
            } else {
                // The holder lost its processor, or is a greenlet whose comparator parked. On a greenlet this
                // lets others of the hub run, the holder among them.
                Thread.yield();
            }
        }
    }

    /**
     * Enqueues {@code waiter} and waits. Called inside the guard; leaves it before waiting, and returns outside it.
     *
     * @param on what is waited for, as dumps and {@link LoopExit} show it
     * @param nanos longest wait in nanoseconds; negative: without limit
     * @return the value it was woken with, or {@link Waiter#TIMED_OUT}; in the latter case, and when this throws,
     *     {@code waiter} is no longer in {@code queue}
     */
    protected final Object await(WaitQueue queue, Waiter waiter, Object on, long nanos) {
        try {
            waiter.arm(on);
            queue.add(waiter);
        } finally {
            leave();
        }
        boolean woken = false;
        try {
            Object value = waiter.await(nanos);
            woken = value != Waiter.TIMED_OUT;
            return value;
        } finally {
            if (!woken) {
                withdraw(queue, waiter);
            }
        }
    }

    /** As {@link #await}, for a waiter that was woken and found nothing: it keeps its place. */
    protected final Object awaitAgain(WaitQueue queue, Waiter waiter, Object on, long nanos) {
        try {
            waiter.arm(on);
            queue.addAgain(waiter);
        } finally {
            leave();
        }
        boolean woken = false;
        try {
            Object value = waiter.await(nanos);
            woken = value != Waiter.TIMED_OUT;
            return value;
        } finally {
            if (!woken) {
                withdraw(queue, waiter);
            }
        }
    }

    /** Takes a waiter out that nobody woke. */
    final void withdraw(WaitQueue queue, Waiter waiter) {
        enter();
        queue.remove(waiter);
        leave();
    }
}
