package dev.jevent.hub;

import dev.jevent.Linkable;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;

/** The smallest thing to wait for, since this module's tests don't see those of sync. Wakes everybody, once set for good. */
class Flag extends Linkable<Flag> {
    private final String name;
    private volatile boolean set;

    Flag() {
        this("flag");
    }

    Flag(String name) {
        this.name = name;
    }

    @Override
    protected boolean isReady() {
        return set;
    }

    void set() {
        enter();
        set = true;
        WaitNode waiting = claimWaiters();
        leave();
        WaitQueue.wakeAll(waiting, this);
    }

    void await() {
        awaitReady(-1);
    }

    /** @param nanos negative: without limit */
    boolean await(long nanos) {
        return awaitReady(nanos);
    }

    @Override
    public String toString() {
        return name;
    }
}
