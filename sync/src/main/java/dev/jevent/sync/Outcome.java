package dev.jevent.sync;

import dev.jevent.Greenlet;
import dev.jevent.WaitNode;
import java.util.concurrent.CancellationException;

/** What came out of one item, or will: an element of {@link Results}. */
final class Outcome<R> extends WaitNode {
    private final Results<R> results;
    private Greenlet<R> greenlet; // null if it ran without one

    // Below: inside the guard of the results.
    Outcome<R> next;
    boolean ended;
    private R value;
    private Throwable failure;

    Outcome(Results<R> results, Greenlet<R> greenlet) {
        this.results = results;
        this.greenlet = greenlet;
    }

    /** Of an item that was worked on without a greenlet. */
    void ended(R value, Throwable failure) {
        this.value = value;
        this.failure = failure;
    }

    @Override
    protected boolean claim() {
        return true;
    }

    /** The greenlet has ended. */
    @Override
    public void wake(Object ignored) {
        value = greenlet.value();
        failure = greenlet.exit() == null
                ? greenlet.exception()
                : new CancellationException(greenlet + " was killed");
        greenlet = null;
        results.ended(this);
    }

    Throwable failure() {
        return failure;
    }

    R value() {
        return value;
    }
}
