package dev.jevent.sync;

import dev.jevent.Durations;
import dev.jevent.GreenletInterrupted;
import dev.jevent.Hub;
import dev.jevent.Linkable;
import dev.jevent.Result;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * A value, or an exception, that comes later: set once, by any thread, got by as many as like.
 *
 * <pre>
 *   UNSET ── set, setException ──▶ SET ── reset() ──▶ UNSET
 * </pre>
 *
 * <p>{@code set} on a set one: {@link IllegalStateException}; {@code trySet}: false. {@code reset()} on an unset one:
 * nothing. Those who waited when it was set get what was set, also when {@code reset()} follows before they run.
 *
 * <p>It can be linked to a greenlet and then takes over what that ends with:
 * {@code greenlet.link(result)}, {@code linkValue}, {@code linkException}.
 */
@AnyThread
public final class AsyncResult<V> extends Linkable<AsyncResult<V>> implements Result<V>, Consumer<Result<? extends V>> {
    /** Stands for the value null. */
    private static final Object NULL = new Object();

    private record Failure(Throwable exception) {}

    /** Null while unset; the value, {@link #NULL} or a {@link Failure}. Written inside the guard. */
    private volatile Object outcome;

    public AsyncResult() {}

    // ---- setting ----

    /** @throws IllegalStateException if it is set, saying to what */
    @NeverSwitches
    public void set(V value) {
        if (!trySet(value)) {
            throw isSet("set(" + value + ")");
        }
    }

    /** @throws IllegalStateException if it is set, saying to what */
    @NeverSwitches
    public void setException(Throwable exception) {
        if (!trySetException(exception)) {
            throw isSet("setException(" + exception + ")");
        }
    }

    private IllegalStateException isSet(String call) {
        return new IllegalStateException(call + ": " + this + " is set already; use trySet where several may come first, "
                + "or reset() before the next");
    }

    /** @return false, with nothing changed, if it is set */
    @NeverSwitches
    public boolean trySet(V value) {
        return trySetOutcome(value == null ? NULL : value);
    }

    /** @return false, with nothing changed, if it is set */
    @NeverSwitches
    public boolean trySetException(Throwable exception) {
        return trySetOutcome(new Failure(Objects.requireNonNull(exception, "exception")));
    }

    private boolean trySetOutcome(Object made) {
        enter();
        if (outcome != null) {
            leave();
            return false;
        }
        outcome = made;
        WaitNode waiting = claimWaiters();
        leave();
        WaitQueue.wakeAll(waiting, made);
        return true;
    }

    /** Makes it unset again. */
    @NeverSwitches
    public void reset() {
        enter();
        outcome = null;
        leave();
    }

    /**
     * Takes over the value or exception of {@code source}; the target of a link. A killed greenlet has the value null.
     *
     * @throws IllegalStateException if this is set, or {@code source} isn't ready
     */
    @Override
    @NeverSwitches
    public void accept(Result<? extends V> source) {
        if (!source.ready()) {
            throw new IllegalStateException("source: " + source + " isn't ready; link it instead");
        }
        Throwable failure = source.exception();
        if (failure == null) {
            set(source.value());
        } else {
            setException(failure);
        }
    }

    // ---- getting ----

    @Override
    protected boolean isReady() {
        return outcome != null;
    }

    @Override
    public boolean successful() {
        Object known = outcome;
        return known != null && !(known instanceof Failure);
    }

    /** The value; null while it is unset, and when it holds an exception. */
    @Override
    public V value() {
        return value(outcome);
    }

    @SuppressWarnings("unchecked")
    private static <V> V value(Object outcome) {
        return outcome == NULL || outcome instanceof Failure ? null : (V) outcome;
    }

    @Override
    public Throwable exception() {
        return outcome instanceof Failure failure ? failure.exception : null;
    }

    @Override
    @Switches
    public void join() {
        await(-1);
    }

    @Override
    @Switches
    public boolean join(Duration timeout) {
        return await(Durations.nanos("timeout", timeout)) != null;
    }

    /** Waits until it is set. @return null when the time was over before */
    private Object await(long nanos) {
        Object known = outcome;
        if (known != null || nanos == 0) {
            return known;
        }
        Waiter waiter = Waiter.current();
        enter();
        known = outcome;
        if (known != null) {
            leave();
            return known;
        }
        Object woken = await(waiters(), waiter, this, nanos);
        return woken == Waiter.TIMED_OUT ? null : woken;
    }

    private Object awaitInterruptibly(long nanos) throws InterruptedException {
        try {
            return await(nanos);
        } catch (GreenletInterrupted e) {
            throw e.asInterruptedException();
        }
    }

    @Override
    @Switches
    public V get() throws InterruptedException, ExecutionException {
        return valueOrThrow(awaitInterruptibly(-1));
    }

    @Override
    @Switches
    public V get(Duration timeout) throws InterruptedException, ExecutionException, TimeoutException {
        Object got = awaitInterruptibly(Durations.nanos("timeout", timeout));
        if (got == null) {
            throw new TimeoutException(this + " was not set after " + Durations.text(timeout));
        }
        return valueOrThrow(got);
    }

    private static <V> V valueOrThrow(Object outcome) throws ExecutionException {
        if (outcome instanceof Failure failure) {
            throw new ExecutionException(failure.exception);
        }
        return value(outcome);
    }

    /** Changes nothing: it is only set, never cancelled. [F-AR-06] @return false */
    @Override
    @NeverSwitches
    public boolean cancel(boolean mayInterruptIfRunning) {
        return false;
    }

    /** @return false */
    @Override
    @NeverSwitches
    public boolean isCancelled() {
        return false;
    }

    // ---- bridges ----

    /**
     * A future that is completed when this is set. What depends on it runs in a greenlet of its own, on the hub of
     * whoever sets this; on the calling thread if that has no hub. {@link #reset()} doesn't concern it.
     */
    @NeverSwitches
    public CompletableFuture<V> toCompletableFuture() {
        Bridge<V> bridge = new Bridge<>();
        Object known;
        enter();
        try {
            known = outcome;
            if (known == null) {
                waiters().add(bridge);
            }
        } finally {
            leave();
        }
        if (known != null) {
            bridge.complete(known);
        }
        return bridge.future;
    }

    private static final class Bridge<V> extends WaitNode {
        private final CompletableFuture<V> future = new CompletableFuture<>();

        @Override
        protected boolean claim() {
            return true;
        }

        @Override
        public void wake(Object outcome) {
            Hub hub = Hub.ifExists();
            if (hub == null || hub.isClosed()) {
                complete(outcome);
            } else {
                hub.execute(() -> complete(outcome));
            }
        }

        void complete(Object outcome) {
            if (outcome instanceof Failure failure) {
                future.completeExceptionally(failure.exception);
            } else {
                future.complete(value(outcome));
            }
        }
    }

    /**
     * A result that is set when {@code stage} is completed, by whichever thread completes it. Until then the caller's hub,
     * if it has one, is on {@linkplain Hub#hold() hold}: for its main, waiting is not the end.
     */
    @NeverSwitches
    public static <V> AsyncResult<V> from(CompletionStage<? extends V> stage) {
        AsyncResult<V> result = new AsyncResult<>();
        Hub hub = Hub.ifExists();
        Hub.Hold hold = hub == null ? null : hub.hold();
        stage.whenComplete((value, thrown) -> {
            try {
                if (thrown == null) {
                    result.trySet(value);
                } else {
                    result.trySetException(
                            thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown);
                }
            } finally {
                if (hold != null) {
                    hold.close(); // after the wake-up was posted
                }
            }
        });
        return result;
    }

    @Override
    public String toString() {
        Object known = outcome;
        String state = known == null ? "unset" : known instanceof Failure failure
                ? "failed with " + failure.exception : "value " + value(known);
        return "<" + Texts.identity(this) + ", " + state + ", " + linkCount() + " waiting>";
    }
}
