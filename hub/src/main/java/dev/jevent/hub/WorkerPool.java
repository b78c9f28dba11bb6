package dev.jevent.hub;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Result;
import dev.jevent.ThreadPool;
import dev.jevent.WaitNode;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Daemon platform threads that run calls first come first served; a {@link Crew} decides who runs which.
 *
 * <p>Calls made by the pool's own threads never wait for a place in the queue: the thread that would make one might be
 * their own.
 */
final class WorkerPool implements ThreadPool {
    private final Hub owner;
    private final String name;
    private final int maxQueued;
    private final ThreadFactory factory;
    private final ClassLoader loader = Thread.currentThread().getContextClassLoader();
    private final AtomicInteger made = new AtomicInteger();
    private final Crew crew;

    /**
     * @param owner whose errors are reported there, and whose links run there if their maker has no hub; null: none
     * @param idle how long an idle thread is kept; zero: it ends at once
     */
    WorkerPool(Hub owner, String name, int maxSize, Duration idle, int maxQueued) {
        this(owner, name, maxSize, idle, maxQueued, null);
    }

    /** @param factory null but in tests */
    WorkerPool(Hub owner, String name, int maxSize, Duration idle, int maxQueued, ThreadFactory factory) {
        this.owner = owner;
        this.name = name;
        this.factory = factory;
        this.maxQueued = maxQueued;
        crew = new Crew(this, maxSize, maxQueued, Durations.nanos("idle", idle));
    }

    static int atLeastZero(String parameter, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(parameter + ": " + value + " (expected: >= 0)");
        }
        return value;
    }

    String name() {
        return name;
    }

    ClassLoader contextLoader() {
        return loader;
    }

    Hub owner() {
        return owner;
    }

    // ---- calls come ----

    @Override
    public <V> Result<V> spawn(Callable<? extends V> call) {
        return submit(new Call<V>(this, call, null));
    }

    <C extends Call<?>> C submit(C call) {
        boolean accepted = false;
        call.hold(Hub.ifExists());
        try {
            if (!crew.offer(call, false) && !(isOwnThread() && crew.offer(call, true))) {
                crew.awaitPlace(call);
            }
            accepted = true;
        } finally {
            if (!accepted) {
                call.release();
            }
        }
        return call;
    }

    @Override
    public <V> Result<V> trySpawn(Callable<? extends V> call) {
        Call<V> tried = new Call<>(this, call, null);
        boolean accepted = false;
        tried.hold(Hub.ifExists());
        try {
            accepted = crew.offer(tried, false);
        } finally {
            if (!accepted) {
                tried.release();
            }
        }
        return accepted ? tried : null;
    }

    @Override
    public <V> V apply(Callable<? extends V> call) throws Exception {
        if (isOwnThread()) {
            return call.call();
        }
        return submit(new Call<V>(this, call, null)).outcome();
    }

    /** Whether the caller runs on a thread of this pool, or on the hub that such a thread has. */
    private boolean isOwnThread() {
        Thread thread = Thread.currentThread();
        if (thread.isVirtual()) {
            Hub hub = Hub.ifExists();
            thread = hub == null || hub == owner ? null : hub.thread();
        }
        return thread instanceof Worker.PoolThread own && own.pool == this;
    }

    // ---- for its parts ----

    RejectedExecutionException rejection() {
        return new RejectedExecutionException(this + " is closed");
    }

    Thread newThread(Worker worker) {
        return factory != null
                ? factory.newThread(worker)
                : new Worker.PoolThread(this, worker, name + '-' + made.incrementAndGet());
    }

    /** A thread is through with a call. Returns those who joined, if it was the last; to be woken. */
    WaitNode ended(boolean ran, boolean threw) {
        return crew.ended(ran, threw);
    }

    /** Takes {@code call} out of the queue. Returns whether it was there. */
    boolean withdraw(Call<?> call) {
        return crew.withdraw(call);
    }

    // ---- its end ----

    @Override
    public void join() {
        awaitEnd(-1);
    }

    @Override
    public boolean join(Duration timeout) {
        return awaitEnd(Durations.nanos("timeout", timeout));
    }

    /** Keeps the caller's hub, if it has one, from LoopExit while it waits for what may be another hub's calls. */
    static Hub.Hold keepCaller() {
        Hub hub = Hub.ifExists();
        return hub == null ? () -> {} : hub.hold();
    }

    private boolean awaitEnd(long nanos) {
        if (isOwnThread()) {
            throw new IllegalStateException("join() of " + this + " on its own " + Thread.currentThread() + " would wait for itself");
        }
        return crew.awaitEnd(nanos);
    }

    @Override
    public void close() {
        crew.close();
    }

    // ---- sizes ----

    @Override
    public int size() {
        return crew.size();
    }

    @Override
    public void size(int threads) {
        crew.size(threads);
    }

    @Override
    public int maxSize() {
        return crew.maxSize();
    }

    @Override
    public void maxSize(int threads) {
        crew.maxSize(threads);
    }

    @Override
    public int unfinished() {
        return crew.unfinished();
    }

    @Override
    public Statistics statistics() {
        return crew.statistics();
    }

    @Override
    public int maxQueued() {
        return maxQueued;
    }

    @Override
    public ExecutorService asExecutor() {
        return new PoolExecutor(this);
    }

    /** Says that something failed which no result holds. */
    void report(Object context, Throwable error) {
        if (owner != null) {
            owner.handleError(context, error);
        } else {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
        }
    }

    @Override
    public String toString() {
        Statistics now = statistics();
        return "<thread pool \"" + name + "\": " + now.threads() + " of " + now.maxThreads() + " threads, "
                + now.running() + " calls running, " + now.queued() + " queued>";
    }
}
