package dev.jevent;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One thread's event loop: makes watchers, runs callbacks, tells the time. Used on its own thread, but for what says
 * otherwise: elsewhere {@link WrongThreadException}. After {@link #close()}: {@link IllegalStateException}.
 *
 * <p>The order of one iteration is in {@code docs/design/loop-iteration.md} and is the same for every loop.
 */
public interface Loop extends Measured, AutoCloseable {
    /** @param interest mask of {@link Interest}s @throws UnsupportedOperationException if this loop cannot watch such */
    Watcher.Io io(Pollable pollable, int interest);

    /** Fires once, {@code after} from its start. */
    default Watcher.Timer timer(Duration after) {
        return timer(after, Duration.ZERO);
    }

    /** @throws IllegalArgumentException if a duration is negative [B-WAT-09] */
    Watcher.Timer timer(Duration after, Duration repeat);

    Watcher.Async async();

    /** @throws IllegalArgumentException if this system has no such signal, or the JVM keeps it for itself [B-WAT-10] */
    Watcher.Signal signal(String name);

    /** For any process; its exit status stays unknown. */
    Watcher.Child child(ProcessHandle process);

    Watcher.Child child(Process process);

    /** Fires before each poll. */
    Watcher.Phase prepare();

    /** Fires after each poll. */
    Watcher.Phase check();

    /** Fires in iterations in which nothing of its priority or a higher one is pending; keeps polls from blocking. */
    Watcher.Phase idle();

    Watcher.Stat stat(Path path, Duration interval);

    /** Runs {@code callback} in the next step of this loop, first come first served. Keeps the loop going. */
    @NeverSwitches
    Callback runCallback(Runnable callback);

    /** As {@link #runCallback}, from any thread; wakes the loop if it sleeps. */
    @AnyThread
    @NeverSwitches
    Callback runCallbackThreadSafe(Runnable callback);

    /** The time of this loop in nanoseconds, as it was when the iteration last looked at the clock. */
    long now();

    /** Looks at the clock. Timers don't need it: they count from when they are started. */
    void updateNow();

    /** How long {@link #run} goes on. */
    enum Mode {
        /** Until nothing is left that could ever call back. */
        DEFAULT,
        /** One iteration, waiting for an event if there is none. */
        ONCE,
        /** One iteration without waiting. */
        NO_WAIT
    }

    /** As {@code run(Mode.DEFAULT)}. */
    default boolean run() {
        return run(Mode.DEFAULT);
    }

    /**
     * Runs the loop on the thread that owns it. In a hub nobody needs to: main runs it while it waits. An interrupt ends it
     * early, and stays set.
     *
     * @return whether something is left that could call back
     * @throws IllegalStateException inside of a callback or a greenlet: the loop runs already
     */
    boolean run(Mode mode);

    /** Makes the current {@link #run} return after this step. */
    @NeverSwitches
    void stop();

    /** Keeps {@link #run()} going as an active watcher does. */
    void ref();

    void unref();

    /**
     * Tells that {@code pollable} is about to be closed: its watchers' callbacks are called, so that whoever waits sees
     * the close, and none of them will see events of a later owner of the same descriptor.
     *
     * @return whether there was an active watcher
     */
    boolean closing(Pollable pollable);

    /** What cooperative I/O opens channels with. */
    SelectorProvider channels();

    /** What cooperative I/O needs to know of descriptors; null if this loop cannot watch such. The same each time. */
    @AnyThread
    default DescriptorCalls descriptorCalls() {
        return null;
    }

    LoopCapabilities capabilities();

    /** The name it is chosen by: {@code nio}, {@code epoll-jni}… */
    @AnyThread
    String name();

    /** Idempotent. Active watchers are stopped. Once the loop's thread has ended, any other may close it. */
    @Override
    void close();

    @AnyThread
    boolean isClosed();

    @Override
    @AnyThread
    Statistics statistics();

    /**
     * A snapshot.
     *
     * @param iterations polls so far
     * @param active watchers that are started
     * @param refs those of them, and other things, that keep the loop going
     * @param timers deadlines that are set, those of sleeping greenlets included
     * @param ready tasks that would run now
     * @param wakeups how often another thread had to wake the poll
     * @param tasks those that ran: callbacks, and turns of greenlets and of main
     */
    record Statistics(
            long iterations, int active, int refs, int timers, int ready, int registrations, long wakeups, long tasks) {}
}
