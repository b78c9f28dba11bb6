package dev.jevent.sync;

import dev.jevent.Durations;
import dev.jevent.Linkable;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;

/**
 * A flag that greenlets wait for. {@link #set()} wakes all who wait at that moment, also when {@link #clear()} follows
 * before they run. [F-EVT-02]
 *
 * <p>Those who wait run again in the order in which they came. Any thread may set it, and wait for it: of this hub, of
 * another, or of none.
 */
@AnyThread
public final class Event extends Linkable<Event> {
    private volatile boolean set;

    public Event() {}

    /** Nothing if it is set. */
    @NeverSwitches
    public void set() {
        if (set) {
            return; // whoever waits now came after a clear(), which came after this
        }
        enter();
        set = true;
        WaitNode waiting = claimWaiters();
        leave();
        WaitQueue.wakeAll(waiting, this);
    }

    @NeverSwitches
    public void clear() {
        set = false;
    }

    @NeverSwitches
    public boolean isSet() {
        return set;
    }

    @Override
    protected boolean isReady() {
        return set;
    }

    /** Waits until it is set; not at all if it is. */
    @Switches
    public void await() {
        awaitReady(-1);
    }

    /**
     * Waits until it is set; not at all if it is.
     *
     * @return false if {@code timeout} was over before
     */
    @Switches
    public boolean await(Duration timeout) {
        return awaitReady(Durations.nanos("timeout", timeout));
    }

    @Override
    public String toString() {
        return "<" + Texts.identity(this) + (set ? ", set" : ", clear") + ", " + linkCount() + " waiting>";
    }
}
