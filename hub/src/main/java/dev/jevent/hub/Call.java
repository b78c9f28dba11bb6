package dev.jevent.hub;

import dev.jevent.Durations;
import dev.jevent.GreenletInterrupted;
import dev.jevent.Hub;
import dev.jevent.Linkable;
import dev.jevent.Result;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * One call on a {@link WorkerPool}, and what will hold its outcome.
 *
 * <pre>
 *   QUEUED ── a thread takes it ──▶ RUNNING ── returns or throws ──▶ ENDED
 *      └─── cancel(), close of the pool ───────── cancel() ────────────▲
 * </pre>
 *
 * <p>The thread of a running call that was cancelled goes on until the call returns; what it returns is dropped.
 */
final class Call<V> extends Linkable<Call<V>> implements Result<V> {
    /** Told once that a call has left the pool: it ran, or never will. */
    interface Observer {
        void left(Call<?> call);
    }

    private final WorkerPool pool;
    private final Observer observer;
    private Object body; // Callable<? extends V>; once it began only its class, so that nothing it holds is kept
    private Held held;
    private Thread runner;
    private V value;
    private Throwable error;
    private boolean cancelled;
    private WaitNode waiting;
    private volatile boolean ended;
    private volatile boolean interrupting;

    // of the queue, inside the crew's guard
    Call<?> next;
    Call<?> previous;
    boolean queued;

    // of a PoolExecutor, inside its guard
    Call<?> nextOfView;
    Call<?> previousOfView;

    Call(WorkerPool pool, Callable<? extends V> body, Observer observer) {
        this.pool = pool;
        this.body = Objects.requireNonNull(body, "call");
        this.observer = observer;
    }

    WorkerPool pool() {
        return pool;
    }

    // ---- for the pool ----

    /** One hub that is kept from LoopExit until the outcome is there: of who made the call, of each who waits for it. */
    private static final class Held {
        final Hub hub;
        final Hub.Hold hold;
        Held next;

        Held(Hub hub) {
            this.hub = hub;
            hold = hub.hold();
        }
    }

    /** Keeps {@code hub}, which may be null. */
    void hold(Hub hub) {
        if (hub == null || hub.isClosed() || isHeld(hub)) {
            return;
        }
        Held another = new Held(hub);
        enter();
        boolean late = ended;
        if (!late) {
            another.next = held;
            held = another;
        }
        leave();
        if (late) {
            another.hold.close();
        }
    }

    private boolean isHeld(Hub hub) {
        enter();
        boolean found = ended;
        for (Held one = held; one != null && !found; one = one.next) {
            found = one.hub == hub;
        }
        leave();
        return found;
    }

    /**
     * Lets all hubs go: the outcome is there, or the pool didn't take the call. Done by the one who tells of the outcome,
     * behind the wake-ups, and by those who were woken, so that they go on without a hold of this call.
     */
    void release() {
        for (Held one = held; one != null; one = one.next) {
            one.hold.close();
        }
        held = null;
    }

    /** Runs it on the calling thread, which the pool chose. */
    void run() {
        Callable<? extends V> call = begin();
        V result = null;
        Throwable thrown = null;
        if (call != null) {
            try {
                result = call.call();
            } catch (Throwable t) {
                thrown = t;
            }
        }
        boolean settled = call != null && settle(result, thrown);
        while (interrupting) {
            Thread.yield(); // the interrupt is for this call; let it come before the flag is cleared
        }
        Thread.interrupted();
        WaitNode joined = pool.ended(call != null, thrown != null);
        try {
            if (settled) {
                tell();
            }
        } finally {
            left();
            WaitQueue.wakeAll(joined, pool);
        }
    }

    /** Null if it was cancelled meanwhile. */
    private Callable<? extends V> begin() {
        @SuppressWarnings("unchecked")
        Callable<? extends V> call = (Callable<? extends V>) body;
        forget();
        enter();
        if (ended) {
            leave();
            return null;
        }
        runner = Thread.currentThread();
        leave();
        return call;
    }

    private void forget() {
        body = body.getClass();
    }

    /** It never began, and never will. */
    void fail(Throwable reason) {
        forget();
        if (settle(null, reason)) {
            tell();
        }
        left();
    }

    /** Returns whether this was its end; then {@link #tell()} must follow. */
    private boolean settle(V result, Throwable thrown) {
        enter();
        if (ended) {
            leave();
            return false;
        }
        value = result;
        error = thrown;
        end();
        return true;
    }

    /** Inside the guard, which it leaves. */
    private void end() {
        runner = null;
        waiting = claimWaiters();
        ended = true;
        leave();
    }

    /** Wakes those who wait; called once, by the one who ended it. */
    private void tell() {
        WaitNode first = waiting;
        waiting = null;
        try {
            WaitQueue.wakeAll(first, this);
        } finally {
            release();
        }
    }

    private void left() {
        if (observer != null) {
            observer.left(this);
        }
    }

    // ---- for its users ----

    @Override
    protected boolean isReady() {
        return ended;
    }

    @Override
    public boolean successful() {
        return ended && error == null;
    }

    @Override
    public V value() {
        return ended ? value : null;
    }

    @Override
    public Throwable exception() {
        return ended ? error : null;
    }

    @Override
    public boolean register(WaitNode node) {
        hold(Hub.ifExists());
        return super.register(node);
    }

    @Override
    public void unregister(WaitNode node) {
        super.unregister(node);
        if (ended) {
            release();
        }
    }

    private boolean awaitEnd(long nanos) {
        if (!ended && nanos != 0) {
            hold(Hub.ifExists());
        }
        boolean over = awaitReady(nanos);
        if (over) {
            release();
        }
        return over;
    }

    @Override
    public void join() {
        awaitEnd(-1);
    }

    @Override
    public boolean join(Duration timeout) {
        return awaitEnd(Durations.nanos("timeout", timeout));
    }

    /** The value once it is there, or the very exception. */
    V outcome() throws Exception {
        join();
        if (error != null) {
            throw sneaky(error);
        }
        return value;
    }

    /** Throws {@code error} as it is. Never returns; the type lets the caller write {@code throw sneaky(e)}. */
    @SuppressWarnings("unchecked")
    static <T extends Throwable> RuntimeException sneaky(Throwable error) throws T {
        throw (T) error;
    }

    @Override
    public V get() throws InterruptedException, ExecutionException {
        interruptibly(-1);
        return valueOrThrow();
    }

    @Override
    public V get(Duration timeout) throws InterruptedException, ExecutionException, TimeoutException {
        if (!interruptibly(Durations.nanos("timeout", timeout))) {
            throw new TimeoutException(this + " has not ended after " + Durations.text(timeout));
        }
        return valueOrThrow();
    }

    private boolean interruptibly(long nanos) throws InterruptedException {
        try {
            return awaitEnd(nanos);
        } catch (GreenletInterrupted e) {
            throw e.asInterruptedException();
        }
    }

    private V valueOrThrow() throws ExecutionException {
        if (cancelled) {
            throw new CancellationException(this + " was cancelled");
        }
        if (error != null) {
            throw new ExecutionException(error);
        }
        return value;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean withdrawn = pool.withdraw(this);
        boolean first = cancelRunning(mayInterruptIfRunning);
        if (withdrawn) {
            forget();
            left();
        }
        return first;
    }

    /** Cancels it if it hasn't begun, and returns its body then; else null. */
    @SuppressWarnings("unchecked")
    Callable<? extends V> cancelQueued() {
        if (!pool.withdraw(this)) {
            return null;
        }
        Callable<? extends V> never = (Callable<? extends V>) body;
        cancelRunning(false);
        forget();
        left();
        return never;
    }

    private boolean cancelRunning(boolean interrupt) {
        CancellationException reason = new CancellationException(this + " was cancelled");
        enter();
        if (ended) {
            leave();
            return false;
        }
        cancelled = true;
        error = reason;
        Thread target = interrupt ? runner : null;
        interrupting = target != null;
        end();
        if (target != null) {
            try {
                target.interrupt();
            } finally {
                interrupting = false;
            }
        }
        tell();
        return true;
    }

    @Override
    public boolean isCancelled() {
        return ended && cancelled;
    }

    /** The hub of who links; without one the pool's, so that no thread gets a hub by linking. */
    @Override
    protected Hub linkHub() {
        Hub mine = Hub.ifExists();
        return mine != null ? mine : pool.owner() != null ? pool.owner() : super.linkHub();
    }

    @Override
    public String toString() {
        Object call = body;
        String type = (call instanceof Class<?> known ? known : call.getClass()).getName();
        int lambda = type.indexOf("$$Lambda");
        String name = lambda < 0 ? type : type.substring(0, lambda) + " lambda";
        return "<call of " + name.substring(name.lastIndexOf('.') + 1) + " on \"" + pool.name() + "\">";
    }
}
