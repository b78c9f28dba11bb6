package dev.jevent;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * Decides who runs next on one OS thread: the scheduler of that thread's greenlets, on top of its {@link Loop}.
 *
 * <p>A platform thread gets its hub with {@link #current()}, at first use. That thread, called <i>main</i> of the hub,
 * runs the loop itself while it waits. A thread that a hub's greenlet starts as a virtual thread runs on the same hub.
 *
 * <p>Calls that wait may come from the hub's greenlets and from main. In a loop callback they throw
 * {@link BlockingSwitchOutException}; on any other thread {@link WrongThreadException}. What any thread may call says so.
 *
 * <p>As an {@link Executor} it runs each command in a greenlet of its own, from any thread.
 */
public interface Hub extends Executor, Measured, AutoCloseable {
    /**
     * The hub that runs the caller: of its greenlet, or of its platform thread, which gets one if it has none.
     *
     * @throws WrongThreadException on a virtual thread that no hub schedules: it cannot own a hub
     * @throws ProviderException if there is no loop to choose, saying why for each
     */
    @AnyThread
    static Hub current() {
        return HubProvider.get().current();
    }

    /** As {@link #current()}, but null instead of making one. */
    @AnyThread
    static Hub ifExists() {
        return HubProvider.get().ifExists();
    }

    // ---- greenlets ----

    /** Makes a greenlet and schedules its first turn. It runs when the caller waits, after those that are ready now. */
    @AnyThread
    @NeverSwitches
    default <V> Greenlet<V> spawn(Callable<? extends V> body) {
        Greenlet<V> greenlet = new Greenlet<>(this, body);
        greenlet.start();
        return greenlet;
    }

    @AnyThread
    @NeverSwitches
    default Greenlet<Void> spawn(Task body) {
        Greenlet<Void> greenlet = Greenlet.of(this, body);
        greenlet.start();
        return greenlet;
    }

    @AnyThread
    @NeverSwitches
    default <V> Greenlet<V> spawnLater(Duration delay, Callable<? extends V> body) {
        Durations.nanos("delay", delay);
        Greenlet<V> greenlet = new Greenlet<>(this, body);
        greenlet.startLater(delay);
        return greenlet;
    }

    @AnyThread
    @NeverSwitches
    default Greenlet<Void> spawnLater(Duration delay, Task body) {
        Durations.nanos("delay", delay);
        Greenlet<Void> greenlet = Greenlet.of(this, body);
        greenlet.startLater(delay);
        return greenlet;
    }

    /**
     * Runs {@code body} in a greenlet of which only the thread is given out: its errors are reported, its end is not told.
     *
     * @return its thread. If another thread than the hub's calls this, it may not have been started yet, and {@link Thread#join} then
     *     returns at once
     */
    @AnyThread
    @NeverSwitches
    default Thread spawnRaw(Task body) {
        return spawn(body).thread();
    }

    /** Runs {@code command} in a greenlet of its own. */
    @Override
    @AnyThread
    @NeverSwitches
    default void execute(Runnable command) {
        spawnRaw(command::run);
    }

    /** The live greenlets in the order they were started; a snapshot. Called on this hub's thread. */
    @NeverSwitches
    List<Greenlet<?>> greenlets();

    // ---- waiting ----

    /** Lets others run for {@code duration}; zero is {@link #yieldNow()}. */
    @Switches
    default void sleep(Duration duration) {
        sleep(duration, true);
    }

    /** As {@link #sleep(Duration)}. If not {@code ref}, this sleep alone doesn't keep the loop alive. */
    @Switches
    void sleep(Duration duration, boolean ref);

    /** Goes to the end of the queue of those that are ready, and runs again when its turn comes. */
    @Switches
    void yieldNow();

    /** Waits until nothing of this priority or a higher one is pending. @param priority from -2 to 2 */
    @Switches
    void idle(int priority);

    /** Waits until {@code watcher} fires; it is started and stopped here. @see #cancelWait */
    @Switches
    void await(Watcher watcher);

    /** @return false if {@code timeout} was over before */
    @Switches
    boolean await(Watcher watcher, Duration timeout);

    /** Throws {@code error}, in a later step, in whoever waits for {@code watcher} with {@link #await}. */
    @NeverSwitches
    void cancelWait(Watcher watcher, Throwable error);

    /**
     * Waits until the loop has nothing left to do. Only for main.
     *
     * @throws IllegalStateException in a greenlet, which is itself something left to do [O-HUB-02]
     */
    @Switches
    void join();

    /** @return false if {@code timeout} was over before */
    @Switches
    boolean join(Duration timeout);

    /** Waits for all of {@code objects}; returns them in the order they became ready. */
    @Switches
    default <W extends Waitable> List<W> waitAll(Collection<? extends W> objects) {
        return collect(objects, null, objects.size());
    }

    /** Waits for all of {@code objects}, no longer than {@code timeout}; returns those that became ready. */
    @Switches
    default <W extends Waitable> List<W> waitAll(Collection<? extends W> objects, Duration timeout) {
        return collect(objects, timeout, objects.size());
    }

    /** Waits for the first of {@code objects} that is ready. */
    @Switches
    default <W extends Waitable> W waitAny(Collection<? extends W> objects) {
        return collect(objects, null, 1).getFirst();
    }

    /**
     * Waits for {@code count} of {@code objects}.
     *
     * @param timeout null: without limit
     * @return at most {@code count}, in the order they became ready; fewer when the time was over
     */
    @Switches
    <W extends Waitable> List<W> collect(Collection<? extends W> objects, Duration timeout, int count);

    /**
     * The objects one by one as they become ready.
     *
     * @param timeout for all of them together; null: without limit
     */
    @NeverSwitches
    <W extends Waitable> Ready<W> iwait(Collection<? extends W> objects, Duration timeout);

    /**
     * Objects in the order they become ready; {@link #hasNext()} and {@link #next()} may switch. Closing it unlinks what
     * is left. An object given twice comes twice.
     */
    interface Ready<W> extends Iterator<W>, Iterable<W>, AutoCloseable {
        @Override
        default Iterator<W> iterator() {
            return this;
        }

        @Override
        void close();
    }

    /**
     * Waits for all of {@code greenlets}; returns them in the order they ended. Their errors are not thrown.
     */
    @Switches
    default <G extends Greenlet<?>> List<G> joinAll(Collection<? extends G> greenlets) {
        return waitAll(greenlets);
    }

    @Switches
    default <G extends Greenlet<?>> List<G> joinAll(Collection<? extends G> greenlets, Duration timeout) {
        return waitAll(greenlets, timeout);
    }

    /**
     * As {@link #joinAll}, but throws what the first that fails failed with, at once.
     *
     * @throws java.util.concurrent.ExecutionException with that error as its cause
     */
    @Switches
    <G extends Greenlet<?>> List<G> joinAllOrThrow(Collection<? extends G> greenlets)
            throws java.util.concurrent.ExecutionException;

    /** Kills all of them in one step, then waits until they have ended. */
    @Switches
    default void killAll(Collection<? extends Greenlet<?>> greenlets) {
        killAllLater(greenlets, new GreenletExit());
        joinAll(greenlets);
    }

    /** @return whether all have ended before {@code timeout} was over */
    @Switches
    default boolean killAll(Collection<? extends Greenlet<?>> greenlets, Throwable error, Duration timeout) {
        killAllLater(greenlets, error);
        return joinAll(greenlets, timeout).size() == greenlets.size();
    }

    /** Throws {@code error} into all of them in one later step, without waiting. */
    @AnyThread
    @NeverSwitches
    default void killAllLater(Collection<? extends Greenlet<?>> greenlets, Throwable error) {
        greenlets.forEach(greenlet -> greenlet.killLater(error));
    }

    // ---- what belongs to it ----

    Loop loop();

    /** Made at first use, as the settings say. */
    Resolver resolver();

    /** Replaces the resolver; null: the next use makes a new one. The old one is not closed. */
    void resolver(Resolver resolver);

    /** For blocking calls; made at first use. */
    ThreadPool threadPool();

    /** Replaces the thread pool; null: the next use makes a new one. The old one is not closed. */
    void threadPool(ThreadPool pool);

    /**
     * A pool of its own beside {@link #threadPool()}, for calls that must not compete with others. Its maker closes it.
     *
     * @param maxQueued calls that may wait for a thread before {@link ThreadPool#spawn} itself waits
     */
    ThreadPool newThreadPool(String name, int maxSize, int maxQueued);

    Settings settings();

    /** The platform thread whose hub this is. */
    @AnyThread
    Thread thread();

    /** The greenlet that stands for {@link #thread()}'s own code. */
    @AnyThread
    Greenlet<?> main();

    /** Whether the caller runs on this hub: in one of its greenlets or callbacks, or as its main. */
    @AnyThread
    boolean isCurrent();

    @AnyThread
    String name();

    void name(String name);

    /** A small number, unique among the hubs that are open. */
    @AnyThread
    int ident();

    /**
     * Tells the hub that a thread it doesn't know will wake somebody here: until the hold is closed, main's waits are
     * not ended by {@link LoopExit}.
     */
    @AnyThread
    Hold hold();

    /** Closed by any thread, once. */
    interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * What reports of this hub show beside the hub's own parts: servers are here while they are started. Whoever has something else that
     * counts adds it, and removes it at its end.
     */
    @AnyThread
    @NeverSwitches
    Set<Measured> parts();

    // ---- errors ----

    /** Told of errors that nobody else gets: of failed greenlets, callbacks, links. Runs in the hub greenlet. */
    @FunctionalInterface
    interface ErrorHandler {
        /** @param context what failed: a greenlet, a callback, a watcher; its {@code toString} names it */
        void handle(Object context, Throwable error);
    }

    /** Null: back to printing to {@link #errorStream}. A handler that throws itself is reported by printing. */
    void errorHandler(ErrorHandler handler);

    /** Where errors are printed; null: nowhere. {@code System.err} at the start. */
    void errorStream(java.io.PrintStream stream);

    /** Errors that end a greenlet without being reported, beside {@link GreenletExit}. None at the start. */
    void notErrors(Predicate<? super Throwable> which);

    /**
     * Errors that are also thrown into main. At the start every {@link VirtualMachineError} but
     * {@link StackOverflowError} and {@link OutOfMemoryError}, which are the failing greenlet's own.
     */
    void systemErrors(Predicate<? super Throwable> which);

    /** Reports {@code error} as the handler says. */
    @AnyThread
    @NeverSwitches
    void handleError(Object context, Throwable error);

    // ---- its end ----

    /**
     * Kills its greenlets with {@link HubDestroyed} and runs them until they have ended, then closes its resolver, thread
     * pool and loop. Called by main; {@link #current()} then makes a new one. Greenlets that refuse to end within
     * {@code jevent.close.timeout} are reported by name and left to the JDK's scheduler, where any jevent call throws
     * {@link HubDestroyed}.
     */
    @Override
    @Switches
    void close();

    @AnyThread
    boolean isClosed();

    @Override
    @AnyThread
    Statistics statistics();

    /**
     * A snapshot, for debuggers and monitoring.
     *
     * @param greenlets that were started and haven't ended
     * @param spawned greenlets that were started so far
     * @param ended those of them that have ended
     * @param ready tasks that would run now: turns of greenlets, callbacks
     * @param holds that are open
     */
    record Statistics(
            int greenlets, long spawned, long ended, int ready, int holds, boolean closed, Loop.Statistics loop) {}
}
