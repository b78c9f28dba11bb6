package dev.jevent.sync;

import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Measured;
import dev.jevent.Task;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;

/**
 * A {@link Group} with a limit: each member holds a slot, and who starts one waits while none is free.
 *
 * <pre>{@code
 * try (var pool = new Pool(10)) {
 *     for (var page : pool.map(urls, this::fetch)) index(page);
 * }
 * }</pre>
 *
 * <p>Slots go to those who wait in the order of their coming. Those who wait are not members: {@link #kill()} leaves them
 * waiting; {@link #shutdown()} lets them go.
 *
 * <p>What is started without waiting, by {@link #applyAsync} and through {@link #asExecutor()}, is a member at once and gets
 * its slot when its turn comes: such members count for {@link #size()}, {@link #join()} and {@link #kill()}.
 */
@AnyThread
public class Pool extends Group implements Measured {
    private final int maxSize;

    /** Without limit. */
    public Pool() {
        this(Integer.MAX_VALUE);
    }

    /**
     * @param maxSize how many slots it has; with 0 nothing ever runs
     * @throws IllegalArgumentException if {@code maxSize} is negative
     */
    public Pool(int maxSize) {
        super(checked(maxSize));
        this.maxSize = maxSize;
    }

    private static int checked(int maxSize) {
        if (maxSize < 0) {
            throw new IllegalArgumentException("maxSize: " + maxSize + " (expected: >= 0)");
        }
        return maxSize;
    }

    /** As {@link Group#scoped}, with at most {@code maxSize} members at a time. */
    @Switches
    public static <T, X extends Exception> T scoped(int maxSize, Greenlet.Scope<? super Pool, T, X> body)
            throws X, ExecutionException {
        return Scope.run(new Pool(maxSize), body);
    }

    /** As {@link Group#runScoped}, with at most {@code maxSize} members at a time. */
    @Switches
    public static <X extends Exception> void runScoped(int maxSize, ScopeTask<? super Pool, X> body)
            throws X, ExecutionException {
        Scope.<Pool, Void, X>run(new Pool(maxSize), pool -> {
            body.run(pool);
            return null;
        });
    }

    /** How many slots it has; {@link Integer#MAX_VALUE} if it has no limit. */
    @NeverSwitches
    public int maxSize() {
        return maxSize;
    }

    // ---- starting, with a limit on the wait ----

    /** @throws PoolFullException if no slot became free before {@code timeout} was over */
    @Switches
    public <V> Greenlet<V> spawn(Callable<? extends V> body, Duration timeout) {
        Greenlet<V> greenlet = new Greenlet<>(Hub.current(), body);
        start(greenlet, timeout);
        return greenlet;
    }

    /** @throws PoolFullException if no slot became free before {@code timeout} was over */
    @Switches
    public Greenlet<Void> spawn(Task body, Duration timeout) {
        return spawn(callable(body), timeout);
    }

    /** @throws PoolFullException if no slot became free before {@code timeout} was over */
    @Switches
    public void start(Greenlet<?> greenlet, Duration timeout) {
        add(greenlet, timeout);
        greenlet.start();
    }

    /** @throws PoolFullException if no slot became free before {@code timeout} was over */
    @Switches
    public void add(Greenlet<?> greenlet, Duration timeout) {
        if (!add(greenlet, Durations.nanos("timeout", timeout))) {
            throw new PoolFullException(this + " is full, also after " + Durations.text(timeout));
        }
    }

    /** @return null if no slot is free */
    @NeverSwitches
    public <V> Greenlet<V> trySpawn(Callable<? extends V> body) {
        Greenlet<V> greenlet = new Greenlet<>(Hub.current(), body);
        return tryStart(greenlet) ? greenlet : null;
    }

    /** @return null if no slot is free */
    @NeverSwitches
    public Greenlet<Void> trySpawn(Task body) {
        return trySpawn(callable(body));
    }

    /** @return false if no slot is free */
    @NeverSwitches
    public boolean tryStart(Greenlet<?> greenlet) {
        boolean added = tryAdd(greenlet);
        if (added) {
            greenlet.start();
        }
        return added;
    }

    /** @return false if no slot is free */
    @NeverSwitches
    public boolean tryAdd(Greenlet<?> greenlet) {
        return add(greenlet, 0);
    }

    // ---- as others see it ----

    /**
     * This pool as an executor. What it is given, by any thread, runs on the hub of the caller of this method; it never
     * waits for a slot in {@code execute} and {@code submit}, and what is submitted is a {@link Greenlet}. Shutting it
     * down shuts down the pool, and closing it closes the pool.
     */
    @NeverSwitches
    public ExecutorService asExecutor() {
        return new PoolExecutor(this, Hub.current());
    }

    @Override
    @NeverSwitches
    public Statistics statistics() {
        int queued = queuedCount();
        return new Statistics(maxSize, size() - queued, queued, waitingCount() - queued, isShutdown());
    }

    /**
     * A snapshot, for debuggers and monitoring.
     *
     * @param members those that hold a slot
     * @param queued members without slot
     * @param waiting greenlets that wait for a slot to start a member
     */
    public record Statistics(int maxSize, int members, int queued, int waiting, boolean shutdown) {}
}
