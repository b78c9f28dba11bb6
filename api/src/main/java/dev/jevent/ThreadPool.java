package dev.jevent;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Native threads for calls that block, awaited cooperatively. Every method may be called from any thread. [D-13] */
@AnyThread
public interface ThreadPool extends AutoCloseable {
    /**
     * Queues {@code call}. Waits while as many are queued as {@link #maxQueued()} allows.
     *
     * @throws java.util.concurrent.RejectedExecutionException after {@link #close()}
     */
    @Switches
    <V> Result<V> spawn(Callable<? extends V> call);

    /** As {@link #spawn}, but returns null instead of waiting. */
    @NeverSwitches
    <V> Result<V> trySpawn(Callable<? extends V> call);

    /**
     * Runs {@code call} on a native thread and waits for it. On one of this pool's own threads it runs right there.
     *
     * @throws Exception what {@code call} throws
     */
    @Switches
    <V> V apply(Callable<? extends V> call) throws Exception;

    /** Threads alive. */
    @NeverSwitches
    int size();

    /** Starts or ends threads. @throws IllegalArgumentException outside 0 to {@link #maxSize()} */
    @NeverSwitches
    void size(int threads);

    @NeverSwitches
    int maxSize();

    /** More at once lets queued calls begin; fewer lets threads end when their call has. @throws IllegalArgumentException if negative */
    @NeverSwitches
    void maxSize(int threads);

    /** How many calls may wait for a thread before {@link #spawn} itself waits. */
    @NeverSwitches
    int maxQueued();

    /** Calls queued and running. */
    @NeverSwitches
    int unfinished();

    /** Waits until all calls have ended. */
    @Switches
    void join();

    @Switches
    boolean join(Duration timeout);

    /** Refuses new calls, fails those still queued, lets those that run end. Doesn't wait. */
    @Override
    @NeverSwitches
    void close();

    @NeverSwitches
    Statistics statistics();

    record Statistics(int threads, int maxThreads, int running, int queued, long completed, long failed) {}
}
