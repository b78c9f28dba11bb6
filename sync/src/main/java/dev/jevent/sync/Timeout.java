package dev.jevent.sync;

import dev.jevent.Callback;
import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.Jevent;
import dev.jevent.Strand;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A limit on the time that a greenlet, or main, spends in a piece of code, whatever it waits for there.
 *
 * <pre>{@code
 * var page  = Timeout.call(Duration.ofSeconds(5), () -> fetch(url));           // or java.util.concurrent.TimeoutException
 * var price = Timeout.call(Duration.ofMillis(50), () -> fetch(url), stale);    // or a value
 * }</pre>
 *
 * <p>When the time is over, {@link TimeoutExpired} is thrown into the greenlet at its current wait, or at its next one:
 * code that doesn't wait is not interrupted. A JDK call that waits is interrupted. If what is waited for comes in the same
 * turn of the loop, that wins. [F-TMO-03] The scope turns its own error, told by identity, into a
 * {@link TimeoutException}; those of other scopes pass through it. If the code ends by itself after its time, without
 * having met the error, its value counts; an exception of it, such as {@link InterruptedException}, becomes suppressed in
 * the {@code TimeoutException}. Afterwards nothing is left that could hit what comes later.
 *
 * <p>Inside of {@link Greenlet#shielded} it is held back as any kill, until that part is over, unless it was started in
 * there. On the bare main thread of a hub a JDK call that waits stops the loop, and with it the time.
 *
 * <p>Without a scope:
 *
 * <pre>{@code
 * try (var timeout = Timeout.startNew(Duration.ofSeconds(5))) {
 *     …                                                              // throws TimeoutExpired, an Error
 * }
 * }</pre>
 *
 * <pre>
 *   IDLE ── start() ──▶ PENDING ── the time is over ──▶ EXPIRED ── start() ──▶ PENDING
 *    ▲────── cancel() ─────┴──────────────────────────────┘
 *   any ── close() ──▶ CLOSED
 * </pre>
 *
 * <p>{@code cancel()} of an idle or closed one: nothing. {@code start()} of a pending or closed one:
 * {@link IllegalStateException}. Used on the hub's thread of the greenlet that started it; starting one on a platform
 * thread without a hub makes one.
 */
public final class Timeout implements AutoCloseable, Comparable<Timeout> {
    private static final Timeout NONE = new Timeout();

    private enum State { IDLE, PENDING, EXPIRED, CLOSED }

    private final Duration duration; // null: never over
    private final long nanos;
    private final Object what; // null; a message; a Throwable or a Supplier of one, thrown instead of TimeoutExpired
    private final boolean silent;
    private boolean ref = true;

    private State state = State.IDLE;
    private Greenlet<?> greenlet;
    private int depth; // in how many shielded parts it was started
    private Countdown countdown; // while pending
    private Callback making; // while a supplier is on its way to be asked
    private Throwable thrown; // while expired

    /** @throws IllegalArgumentException if {@code duration} is negative. Zero: over when the loop next handles timers */
    public Timeout(Duration duration) {
        this(duration, null, false);
    }

    /** @param message at the end of the messages of what it throws */
    public Timeout(Duration duration, String message) {
        this(duration, Objects.requireNonNull(message, "message"), false);
    }

    /** @param error thrown into the greenlet instead of {@link TimeoutExpired}; a scope passes it on as it is */
    public Timeout(Duration duration, Throwable error) {
        this(duration, Objects.requireNonNull(error, "error"), false);
    }

    /**
     * @param error makes what is thrown into the greenlet instead of {@link TimeoutExpired}; a scope passes that on as it
     *     is. Called in the hub greenlet when the time is over: it must not wait. What it throws itself is thrown in, too
     */
    public Timeout(Duration duration, Supplier<? extends Throwable> error) {
        this(duration, Objects.requireNonNull(error, "error"), false);
    }

    private Timeout(Duration duration, Object what, boolean silent) {
        this.nanos = Durations.nanos("duration", duration);
        this.duration = duration;
        this.what = what;
        this.silent = silent;
    }

    private Timeout() {
        duration = null;
        nanos = -1;
        what = null;
        silent = false;
    }

    /**
     * One whose scopes, {@link #run(Jevent.VoidBody)} and {@link #call(Jevent.Body)}, just end when the time is over.
     * Without a scope it throws as any other. [B-TMO-13]
     */
    public static Timeout silent(Duration duration) {
        return new Timeout(duration, null, true);
    }

    /** One whose time is never over, for limits that may be absent: costs nothing, can be shared. */
    @AnyThread
    public static Timeout none() {
        return NONE;
    }

    /** @param duration null: {@link #none()} */
    public static Timeout ofNullable(Duration duration) {
        return duration == null ? NONE : new Timeout(duration);
    }

    /** A started one. */
    @NeverSwitches
    public static Timeout startNew(Duration duration) {
        Timeout timeout = new Timeout(duration);
        timeout.start();
        return timeout;
    }

    // ---- scopes ----

    /**
     * Runs {@code body}, no longer than {@code duration}.
     *
     * @throws TimeoutException if the time was over before
     * @throws X what {@code body} throws
     */
    @Switches
    public static <V, X extends Exception> V call(Duration duration, Jevent.Body<? extends V, X> body)
            throws X, TimeoutException {
        return new Timeout(duration).call(body);
    }

    /**
     * Runs {@code body}, no longer than {@code duration}.
     *
     * @return {@code fallback} if the time was over before
     * @throws X what {@code body} throws
     */
    @Switches
    public static <V, X extends Exception> V call(Duration duration, Jevent.Body<? extends V, X> body, V fallback) throws X {
        return new Timeout(duration).call(body, fallback);
    }

    /**
     * Runs {@code body}, no longer than {@code duration}.
     *
     * @throws TimeoutException if the time was over before
     * @throws X what {@code body} throws
     */
    @Switches
    public static <X extends Exception> void run(Duration duration, Jevent.VoidBody<X> body) throws X, TimeoutException {
        new Timeout(duration).run(body);
    }

    /**
     * Starts, runs {@code body}, and cancels.
     *
     * @return null if the time was over before, and this is silent
     * @throws TimeoutException if the time was over before, and this is not silent
     * @throws X what {@code body} throws
     */
    @Switches
    public <V, X extends Exception> V call(Jevent.Body<? extends V, X> body) throws X, TimeoutException {
        start();
        V value;
        try {
            value = body.call();
        } catch (Throwable failure) {
            Throwable over = endedBy(failure);
            if (over == null) {
                throw failure;
            }
            if (!silent) {
                throw Timeout.<TimeoutException>sneaky(over);
            }
            return null;
        }
        cancel();
        return value;
    }

    /**
     * Starts, runs {@code body}, and cancels.
     *
     * @return {@code fallback} if the time was over before
     * @throws X what {@code body} throws
     */
    @Switches
    public <V, X extends Exception> V call(Jevent.Body<? extends V, X> body, V fallback) throws X {
        start();
        V value;
        try {
            value = body.call();
        } catch (Throwable failure) {
            if (endedBy(failure) == null) {
                throw failure;
            }
            return fallback;
        }
        cancel();
        return value;
    }

    /**
     * Starts, runs {@code body}, and cancels.
     *
     * @return false if the time was over before, and this is silent
     * @throws TimeoutException if the time was over before, and this is not silent
     * @throws X what {@code body} throws
     */
    @Switches
    public <X extends Exception> boolean run(Jevent.VoidBody<X> body) throws X, TimeoutException {
        Boolean done = this.<Boolean, X>call(() -> {
            body.run();
            return Boolean.TRUE;
        });
        return done != null;
    }

    /**
     * Cancels, and says what the scope ends with if {@code failure} of its body is this timeout's doing; else null. It is if
     * it is our own error, or if our error was not delivered and the body failed after its time: most likely because the
     * JDK call it waited in was interrupted. An {@link Error}, though, was thrown in by others (a kill, another timeout),
     * and must not end here.
     */
    private Throwable endedBy(Throwable failure) {
        Throwable own = thrown;
        boolean undelivered = end(State.IDLE);
        if (failure == own) {
            return own instanceof TimeoutExpired ? exception(own) : own;
        }
        if (failure instanceof TimeoutExpired expired && expired.timeout == this) {
            return exception(failure); // thrown by hand
        }
        if (!undelivered || !(failure instanceof Exception)) {
            return null;
        }
        Throwable over = own == null ? make() : own instanceof TimeoutExpired ? exception(null) : own;
        over.addSuppressed(failure);
        return over;
    }

    private TimeoutException exception(Throwable cause) {
        TimeoutException exception = new TimeoutException("timed out after " + this);
        exception.initCause(cause);
        return exception;
    }

    /** Throws {@code error} as it is, checked or not. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(Throwable error) throws T {
        throw (T) error;
    }

    // ---- by hand ----

    /**
     * Starts the time, for the greenlet, or main, that calls.
     *
     * @throws IllegalStateException if it is pending or closed
     * @throws dev.jevent.BlockingSwitchOutException in a loop callback, which cannot be timed out since it never waits
     */
    public void start() {
        if (duration == null) {
            return;
        }
        if (state == State.PENDING || state == State.CLOSED) {
            throw new IllegalStateException("start: the timeout of " + this
                    + (state == State.PENDING ? " is pending; cancel() it first" : " was closed; make a new one"));
        }
        cancel();
        greenlet = Waiter.current() instanceof Strand strand ? strand.greenlet() : Greenlet.current();
        depth = greenlet.shieldDepth();
        countdown = Countdown.start(greenlet.hub(), this, nanos, ref);
        state = State.PENDING;
    }

    /** The time is over: on the hub's thread, where no user code runs. */
    void expire() {
        countdown.stop();
        countdown = null;
        state = State.EXPIRED;
        if (what instanceof Supplier) {
            making = greenlet.hub().loop().runCallback(() -> {
                making = null;
                throwIn(make());
            });
        } else {
            throwIn(what instanceof Throwable given ? given : new TimeoutExpired(this, false));
        }
    }

    private Throwable make() {
        try {
            return (Throwable) Objects.requireNonNull(((Supplier<?>) what).get(), "the error supplied is null");
        } catch (Throwable ofSupplier) {
            return ofSupplier;
        }
    }

    private void throwIn(Throwable error) {
        thrown = error;
        greenlet.killLater(error, depth);
    }

    /** After this nothing is thrown any more. Can be started again. */
    public void cancel() {
        if (state != State.CLOSED) {
            end(State.IDLE);
        }
    }

    /** After this nothing is thrown any more. Cannot be started again. */
    @Override
    public void close() {
        end(State.CLOSED);
    }

    /** Returns whether the time was over and what was thrown then is not delivered. */
    private boolean end(State next) {
        if (duration == null) {
            return false;
        }
        boolean undelivered = false;
        if (greenlet != null && !greenlet.hub().isClosed()) {
            if (countdown != null) {
                checkThread();
                countdown.stop();
            } else if (making != null) {
                checkThread();
                making.stop();
                undelivered = true;
            } else {
                undelivered = greenlet.takeBack(thrown);
            }
        }
        greenlet = null;
        countdown = null;
        making = null;
        thrown = null;
        state = next;
        return undelivered;
    }

    private void checkThread() {
        if (!greenlet.hub().isCurrent()) {
            throw new WrongThreadException("the timeout of " + this + " was started by " + greenlet + " on "
                    + greenlet.hub() + "; it cannot be ended on " + Thread.currentThread());
        }
    }

    /** Whether it was started, and its time isn't over. */
    public boolean pending() {
        return state == State.PENDING;
    }

    /** Null if it is {@link #none()}. */
    public Duration duration() {
        return duration;
    }

    public boolean ref() {
        return ref;
    }

    /** Whether it keeps the loop going while pending; true at the start. Counts from the next {@link #start()}. [F-TMO-12] */
    public void ref(boolean ref) {
        if (duration != null) {
            this.ref = ref;
        }
    }

    /** By {@link #duration()}; {@link #none()} is the greatest. Inconsistent with {@code equals}. [F-TMO-11] */
    @Override
    public int compareTo(Timeout other) {
        return Long.compareUnsigned(nanos, other.nanos);
    }

    /** {@code 1 second}, {@code 0.5 seconds: message}, {@code 2 seconds (silent)}. [F-TMO-09] */
    @Override
    public String toString() {
        if (duration == null) {
            return "never";
        }
        String seconds = BigDecimal.valueOf(duration.getSeconds())
                .add(BigDecimal.valueOf(duration.getNano(), 9))
                .stripTrailingZeros()
                .toPlainString();
        return seconds + (seconds.equals("1") ? " second" : " seconds")
                + (silent ? " (silent)" : what == null || what instanceof Supplier ? "" : ": " + what);
    }
}
