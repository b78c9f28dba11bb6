package dev.jevent;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;

/**
 * Native threads for calls that block, awaited cooperatively. Every method may be called from any thread. [D-13]
 *
 * <p>Threads are started on demand and end when idle for a while. Who waits for a call and is killed, or has waited
 * long enough, goes on at once; the call goes on, too, and what it returns is dropped. {@link Result#cancel} takes a call
 * that is queued out of the queue, and interrupts the thread of one that runs if told so. What a call throws is in its
 * result, and reported nowhere else.
 *
 * <p>A call may use jevent itself: its thread then gets a hub, which is closed as soon as no other call is queued.
 */
@AnyThread
public interface ThreadPool extends Measured, AutoCloseable {
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

    /**
     * This pool for code that takes an executor. The futures it returns are {@link Result}s, so waiting for them switches.
     * Shutting it down ends the view, not the pool. [F-TP-14]
     */
    @NeverSwitches
    ExecutorService asExecutor();

    @Override
    @NeverSwitches
    Statistics statistics();

    /**
     * A snapshot.
     *
     * @param threads that live, idle ones included
     * @param running calls that have a thread
     * @param queued calls that wait for one
     * @param completed calls that ended, those that {@code failed} included, those that were cancelled before they began not
     * @param failed calls that threw something
     */
    record Statistics(int threads, int maxThreads, int running, int queued, long completed, long failed) {}
}
