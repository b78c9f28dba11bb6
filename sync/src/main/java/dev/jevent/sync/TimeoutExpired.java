package dev.jevent.sync;

import dev.jevent.Delivered;
import java.util.Objects;

/**
 * The time of a {@link Timeout} is over: what it throws into the greenlet that started it, at the wait that took too long.
 * An {@link Error}, so that {@code catch (Exception e)} in between doesn't swallow it; {@link Timeout#call} turns it into a
 * {@link java.util.concurrent.TimeoutException}.
 *
 * <p>Its stack trace shows where the greenlet waited.
 */
public final class TimeoutExpired extends Error implements Delivered {
    private static final long serialVersionUID = 1;

    final transient Timeout timeout;

    /** To be thrown by hand, where it is made, as if the time of {@code timeout} were over. */
    public TimeoutExpired(Timeout timeout) {
        this(timeout, true);
    }

    TimeoutExpired(Timeout timeout, boolean thrownHere) {
        this.timeout = Objects.requireNonNull(timeout, "timeout");
        if (thrownHere) {
            super.fillInStackTrace();
        }
    }

    /** Whose time is over. */
    public Timeout timeout() {
        return timeout;
    }

    /** As {@link Timeout#toString()}. */
    @Override
    public String getMessage() {
        return timeout.toString();
    }

    /** Not when it is made: that is in the loop. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    @Override
    public void delivered() {
        super.fillInStackTrace();
    }
}
