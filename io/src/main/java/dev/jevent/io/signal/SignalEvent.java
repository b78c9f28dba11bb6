package dev.jevent.io.signal;

import dev.jevent.Durations;
import dev.jevent.Linkable;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Watcher;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;

/**
 * An event that a signal of the operating system sets: as {@link dev.jevent.sync.Event}, set by the system. Closed by the hub that made
 * it; anybody may wait.
 */
public final class SignalEvent extends Linkable<SignalEvent> implements AutoCloseable {
    private final Watcher.Signal watcher;
    private volatile boolean set;
    private volatile long count;

    SignalEvent(Watcher.Signal watcher) {
        this.watcher = watcher;
    }

    /** The signal came. On the hub that watches. */
    void raise() {
        enter();
        set = true;
        count++;
        WaitNode waiting = claimWaiters();
        leave();
        WaitQueue.wakeAll(waiting, this);
    }

    public String signal() {
        return watcher.signal();
    }

    /** How often it was told; less often than the signal was sent if those came fast. */
    @AnyThread
    @NeverSwitches
    public long count() {
        return count;
    }

    @AnyThread
    @NeverSwitches
    public boolean isSet() {
        return set;
    }

    /** So that the next {@link #await()} waits for the next signal. */
    @AnyThread
    @NeverSwitches
    public void clear() {
        set = false;
    }

    @Override
    protected boolean isReady() {
        return set;
    }

    /** Waits until the signal has come since the last {@link #clear()}; not at all if it has. */
    @AnyThread
    @Switches
    public void await() {
        awaitReady(-1);
    }

    /** As {@link #await()}. @return false if {@code timeout} was over before */
    @AnyThread
    @Switches
    public boolean await(Duration timeout) {
        return awaitReady(Durations.nanos("timeout", timeout));
    }

    /** Whether it keeps the hub going that made it. True at the start. */
    public void ref(boolean ref) {
        watcher.ref(ref);
    }

    public boolean ref() {
        return watcher.ref();
    }

    /** It is not set any more. Idempotent. */
    @Override
    @NeverSwitches
    public void close() {
        watcher.close();
    }

    @Override
    public String toString() {
        return "<SignalEvent " + signal() + (set ? ", set" : ", clear") + ", " + linkCount() + " waiting>";
    }
}
