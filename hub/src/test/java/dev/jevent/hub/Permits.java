package dev.jevent.hub;

import dev.jevent.Guard;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;

/** Permits that are handed over: the smallest primitive in which a lost wake-up, or a double one, shows. */
final class Permits extends Guard {
    private final WaitQueue waiters = new WaitQueue();
    private int free;

    void release() {
        enter();
        WaitNode next = waiters.claimFirst();
        if (next == null) {
            free++;
        }
        leave();
        if (next != null) {
            next.wake(this);
        }
    }

    /** @param nanos negative: without limit */
    boolean acquire(long nanos) {
        Waiter waiter = Waiter.current();
        enter();
        if (free > 0) {
            free--;
            leave();
            return true;
        }
        return await(waiters, waiter, this, nanos) == this;
    }

    int free() {
        enter();
        int count = free;
        leave();
        return count;
    }

    int waiting() {
        enter();
        int size = waiters.size();
        leave();
        return size;
    }
}
