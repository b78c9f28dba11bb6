package dev.jevent;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.Switches;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One who waits: hands its processor away until somebody wakes it, its time is over, or something is thrown into it.
 * Each greenlet, each hub's main thread and each thread without a hub has one, used for one wait after another:
 * a wait allocates nothing.
 *
 * <pre>
 *   IDLE ── arm() ──▶ ARMED ── claim() ──▶ CLAIMED ── wake(value) or fail(error) ──▶ DONE ── await() returns ──▶ IDLE
 * </pre>
 *
 * <p>{@code claim()} succeeds for exactly one of: a waker, the timer, a kill, an interrupt. So a wait has exactly one
 * outcome, and what a waker hands over is never dropped: a kill that loses the race is delivered at the next wait.
 *
 * <p>For authors of primitives. Between {@code arm} and {@code await} there is no other wait.
 */
public abstract class Waiter extends WaitNode {
    /** What {@link #await} returns when the time was over before anybody woke the waiter. */
    public static final Object TIMED_OUT = new Object() {
        @Override
        public String toString() {
            return "TIMED_OUT";
        }
    };

    /** What {@link #awaitAsJdkCall} returns when an error was thrown in, which is still to be delivered. */
    public static final Object INTERRUPTED = new Object() {
        @Override
        public String toString() {
            return "INTERRUPTED";
        }
    };

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Waiter.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int IDLE = 0;
    private static final int ARMED = 1;
    private static final int CLAIMED = 2;
    private static final int DONE = 3;

    private volatile int state;
    private Object value;
    private Throwable error;
    private Object waitingOn;
    private boolean asJdkCall;

    protected Waiter() {}

    /**
     * The waiter of whoever calls: of the running greenlet; of the hub that the calling platform thread owns; else one
     * that parks the calling thread itself. Never creates a hub.
     *
     * @throws BlockingSwitchOutException in a loop callback, which must not wait
     */
    @AnyThread
    public static Waiter current() {
        return HubProvider.get().waiter();
    }

    /** Gets ready for one wait. Called by the one who waits, before anybody can know of this waiter. */
    public final void arm(Object on) {
        if (state != IDLE) {
            throw new InvalidSwitchException(this + " waits for " + waitingOn + " already, cannot wait for " + on);
        }
        waitingOn = on;
        state = ARMED;
    }

    /** Undoes {@link #arm} when what should lead to the wait failed, before anybody could know of this waiter. */
    public final void disarm() {
        waitingOn = null;
        state = IDLE;
    }

    @Override
    protected final boolean claim() {
        return state == ARMED && STATE.compareAndSet(this, ARMED, CLAIMED);
    }

    /** Takes the outcome of the wait, if nobody else has; then {@link #wake} or {@link #fail} must follow. */
    @AnyThread
    public final boolean tryClaim() {
        return claim();
    }

    @Override
    @AnyThread
    public final void wake(Object value) {
        this.value = value;
        STATE.setRelease(this, DONE);
        resume();
    }

    /** Ends the wait with {@code error}, which {@link #await} throws in the one who waits. */
    @AnyThread
    public final void fail(Throwable error) {
        this.error = error;
        STATE.setRelease(this, DONE);
        resume();
    }

    /**
     * Waits until woken.
     *
     * @param nanos longest wait in nanoseconds; 0: takes only what has come already; negative: without limit
     * @return the value given to {@link #wake}, or {@link #TIMED_OUT}
     */
    @Switches
    public final Object await(long nanos) {
        try {
            if (state == ARMED) {
                beforeWait();
            }
            if (nanos == 0 && claim()) {
                return TIMED_OUT;
            }
            if (state != DONE) {
                block(nanos);
            }
            Throwable thrown = error;
            if (thrown != null) {
                error = null;
                throw thrownHere(thrown);
            }
            return value;
        } finally {
            value = null;
            waitingOn = null;
            state = IDLE;
        }
    }

    /**
     * As {@link #await}, but in a greenlet with the manners of a JDK call, for code that knows of exceptions only: a kill or a
     * timeout interrupts the thread and ends the wait with {@link #INTERRUPTED}. It is delivered at the next wait, or takes
     * the place of the exception that the caller makes of it.
     */
    @Switches
    public final Object awaitAsJdkCall(long nanos) {
        asJdkCall = true;
        try {
            return await(nanos);
        } finally {
            asJdkCall = false;
        }
    }

    protected final boolean isAsJdkCall() {
        return asJdkCall;
    }

    /** As {@link #wake}, by the one who waits itself: there is nobody to resume. */
    protected final void wakeHere(Object value) {
        this.value = value;
        STATE.setRelease(this, DONE);
    }

    /** As {@link #fail}, by the one who waits itself: there is nobody to resume. */
    protected final void failHere(Throwable error) {
        this.error = error;
        STATE.setRelease(this, DONE);
    }

    /**
     * Throws {@code error}, which somebody else threw in, and tells it so if it is {@link Delivered}. Never returns; the
     * return type lets the caller write {@code throw thrownHere(e)}.
     */
    protected static RuntimeException thrownHere(Throwable error) {
        if (error instanceof Delivered told) {
            told.delivered();
        }
        throw Throwing.sneaky(error);
    }

    /** Whether a wait was begun and hasn't returned, with or without outcome. */
    protected final boolean isInWait() {
        return state != IDLE;
    }

    /** Whether the outcome of the current wait is there. */
    @AnyThread
    public final boolean isDone() {
        return state == DONE;
    }

    /** Whether a wait is in progress and still without outcome. */
    @AnyThread
    public final boolean isWaiting() {
        return state == ARMED;
    }

    /** What is waited for now, or null; a snapshot for dumps. */
    public final Object waitingOn() {
        return waitingOn;
    }

    /**
     * Called when a wait begins, before anything blocks. May {@link #tryClaim claim} and {@link #fail} this waiter,
     * to deliver what was thrown into it before.
     */
    protected abstract void beforeWait();

    /** Blocks until {@link #isDone()}; after {@code nanos} (if not negative) claims and wakes itself with TIMED_OUT. */
    protected abstract void block(long nanos);

    /** Makes the blocked one go on. Any thread; may come when it doesn't block yet, or no longer. */
    protected abstract void resume();

    /** The clock that deadlines of this waiter are measured with, in nanoseconds since some fixed moment. */
    public abstract long nanoTime();
}
