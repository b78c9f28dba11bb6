package dev.jevent.sync;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Guard;
import dev.jevent.Hub;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/**
 * The results of {@link Group#imap} as they come. Used by one at a time.
 *
 * <p>An item that fails throws from its own {@link #next()}, and the items after it still come. [B-POL-21] An unchecked
 * error is thrown as it is, a checked one inside of a {@link CompletionException}; one that was killed throws
 * {@link CancellationException}. What the input throws comes after the results of the items before it.
 */
public final class Results<R> extends Guard implements Iterator<R>, Iterable<R>, AutoCloseable {
    private final Group group;
    private final boolean ordered;
    private final int window;

    // In the order in which they will be given: ordered from their start on, else from their end on.
    private Outcome<R> first;
    private Outcome<R> last;
    private int unconsumed; // started, and not given to the consumer
    private boolean failed;

    private boolean fed; // nothing more will be started
    private Throwable inputFailure;
    private boolean closed;

    private Greenlet<Throwable> feeder; // null if the consumer feeds it
    private final WaitQueue feeders = new WaitQueue();
    private final WaitQueue consumers = new WaitQueue();

    /** @param window most that are started and not consumed */
    Results(Group group, boolean ordered, int window) {
        this.group = group;
        this.ordered = ordered;
        this.window = window;
    }

    // ---- feeding ----

    /** Starts a call for each item of {@code input}, in the background, as fast as slots and window allow. */
    <T, X extends Exception> Results<R> feed(Hub hub, Iterator<? extends T> input, Mapping<? super T, ? extends R, X> mapping) {
        feeder = new Call<>(hub, () -> feedAll(hub, input, mapping));
        feeder.register(new Fed());
        feeder.start();
        return this;
    }

    /** Returns what the input or the group threw, or null. */
    private <T, X extends Exception> Throwable feedAll(
            Hub hub, Iterator<? extends T> input, Mapping<? super T, ? extends R, X> mapping) {
        try {
            while (awaitWindow() && input.hasNext()) {
                T item = input.next();
                start(hub, () -> mapping.apply(item), -1);
            }
            return null;
        } catch (GreenletExit e) {
            throw e;
        } catch (Throwable e) {
            return e;
        }
    }

    /** Waits for the end of the feeder. */
    private final class Fed extends WaitNode {
        @Override
        protected boolean claim() {
            return true;
        }

        @Override
        public void wake(Object ignored) {
            fed(feeder.exit() == null
                    ? feeder.value()
                    : new CancellationException("what feeds " + Results.this + " was killed"));
        }
    }

    /** Waits until one more may be begun. @return false if nobody wants more */
    private boolean awaitWindow() {
        Waiter waiter = Waiter.current();
        while (true) {
            enter();
            if (closed || unconsumed < window) {
                boolean wanted = !closed;
                leave();
                return wanted;
            }
            await(feeders, waiter, this, -1);
        }
    }

    /** Starts {@code body} as a member of the group. @return false if there was no slot in time */
    boolean start(Hub hub, Callable<? extends R> body, long nanos) {
        Call<R> call = new Call<>(hub, body);
        if (!group.reserve(nanos)) {
            return false;
        }
        expect(call);
        group.startReserved(call);
        return true;
    }

    /** The result of {@code call} will be one of these. */
    void expect(Greenlet<R> call) {
        Outcome<R> outcome = new Outcome<>(this, call);
        started(outcome);
        if (!call.register(outcome)) {
            outcome.wake(call); // it has ended
        }
    }

    private void started(Outcome<R> outcome) {
        enter();
        unconsumed++;
        if (ordered) {
            append(outcome);
        }
        leave();
    }

    /** Runs {@code body} in the caller, as if it had been started and had ended. */
    void runHere(Callable<? extends R> body) {
        Outcome<R> outcome = new Outcome<>(this, null);
        R value = null;
        Throwable failure = null;
        try {
            value = body.call();
        } catch (Exception e) {
            failure = e;
        }
        outcome.ended(value, failure);
        started(outcome);
        ended(outcome);
    }

    private void append(Outcome<R> outcome) {
        if (last == null) {
            first = outcome;
        } else {
            last.next = outcome;
        }
        last = outcome;
    }

    void ended(Outcome<R> outcome) {
        enter();
        outcome.ended = true;
        failed |= outcome.failure() != null;
        if (!ordered) {
            append(outcome);
        }
        WaitNode waiting = first != null && first.ended ? consumers.claimAll() : null;
        leave();
        WaitQueue.wakeAll(waiting, this);
    }

    /** Nothing more will be started, because the input ended, or failed. */
    void fed(Throwable failure) {
        enter();
        fed = true;
        inputFailure = failure;
        WaitNode waiting = consumers.claimAll();
        leave();
        WaitQueue.wakeAll(waiting, this);
    }

    /** Whether any item has failed so far. */
    boolean hasFailed() {
        enter();
        boolean any = failed;
        leave();
        return any;
    }

    // ---- consuming ----

    /** Waits until there is a next result, or there will be none. */
    @Override
    @Switches
    public boolean hasNext() {
        return awaitNext(-1);
    }

    /** @return whether there is something to {@link #take}; false also if there is nothing in time */
    boolean awaitNext(long nanos) {
        enter();
        boolean settled = isSettled();
        boolean more = settled && hasMore();
        leave();
        return settled || nanos == 0 ? more : awaitSettled(nanos);
    }

    private boolean awaitSettled(long nanos) {
        Waiter waiter = Waiter.current();
        long start = nanos < 0 ? 0 : waiter.nanoTime();
        while (true) {
            enter();
            if (isSettled()) {
                boolean more = hasMore();
                leave();
                return more;
            }
            long left = nanos < 0 ? nanos : Math.max(0, nanos - (waiter.nanoTime() - start));
            if (await(consumers, waiter, this, left) == Waiter.TIMED_OUT) {
                return false;
            }
        }
    }

    private boolean isSettled() {
        return first != null && first.ended || fed && unconsumed == 0 || closed;
    }

    private boolean hasMore() {
        return !closed && (unconsumed > 0 || inputFailure != null);
    }

    @Override
    @Switches
    public R next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        try {
            return this.<Exception>take();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new CompletionException(e);
        }
    }

    /** Gives the next result, or throws its error, after {@link #awaitNext} returned true. */
    <X extends Exception> R take() throws X {
        enter();
        Outcome<R> outcome = first;
        Throwable failure = inputFailure;
        WaitNode feeding = null;
        if (outcome == null) {
            inputFailure = null;
        } else {
            failure = outcome.failure();
            first = outcome.next;
            last = first == null ? null : last;
            unconsumed--;
            feeding = feeders.claimFirst();
        }
        leave();
        WaitQueue.wakeAll(feeding, this);
        if (failure != null) {
            throw Scope.<RuntimeException>sneaky(failure);
        }
        if (outcome == null) {
            throw new NoSuchElementException(this + " was used by two at a time");
        }
        return outcome.value();
    }

    /** As {@link #take}, for who doesn't want it. */
    void drop() {
        enter();
        first = first.next;
        last = first == null ? null : last;
        unconsumed--;
        leave();
    }

    @Override
    @NeverSwitches
    public Iterator<R> iterator() {
        return this;
    }

    /**
     * Takes nothing more from the input and gives no more results: for who doesn't want the rest. What was begun goes on
     * in the group; an item that was taken from the input and not begun is dropped.
     */
    @Override
    @NeverSwitches
    public void close() {
        enter();
        boolean feeding = !closed && !fed;
        closed = true;
        first = null;
        last = null;
        WaitNode waiting = consumers.claimAll();
        leave();
        WaitQueue.wakeAll(waiting, this);
        if (feeding && feeder != null) {
            feeder.killLater();
        }
    }

    @Override
    public String toString() {
        return "<" + Texts.identity(this) + " of " + group + ", " + unconsumed + " begun>";
    }
}
