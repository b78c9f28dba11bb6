package dev.jevent.sync.sim;

import dev.jevent.Linkable;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waitable;
import dev.jevent.Waiter;
import java.time.Duration;

/** An event, right but for the one thing that a subclass does wrong. */
class BrokenFlags extends Linkable<BrokenFlags> implements Flag {
    volatile boolean set;

    @Override
    protected boolean isReady() {
        return set;
    }

    @Override
    public void await() {
        awaitReady(-1);
    }

    @Override
    public boolean await(Duration timeout) {
        return awaitReady(timeout.toNanos());
    }

    @Override
    public void set() {
        enter();
        set = true;
        WaitNode waiting = claimWaiters();
        leave();
        WaitQueue.wakeAll(waiting, this);
    }

    @Override
    public void clear() {
        set = false;
    }

    @Override
    public boolean isSet() {
        return set;
    }

    @Override
    public Waitable waitable() {
        return this;
    }

    /** Who was woken looks at the flag again. */
    static final class ForgetsSetThenClear extends BrokenFlags {
        @Override
        public void await() {
            while (!set) {
                awaitReady(-1);
            }
        }
    }

    /** Wakes the first who waits only. */
    static final class WakesOne extends BrokenFlags {
        @Override
        public void set() {
            enter();
            set = true;
            WaitNode first = waiters().claimFirst();
            leave();
            WaitQueue.wakeAll(first, this);
        }
    }

    /** A wait that timed out stays in the queue: a later wait of the same greenlet is woken by this event. */
    static final class LeavesTimedOutWaitersBehind extends BrokenFlags {
        @Override
        public boolean await(Duration timeout) {
            if (set) {
                return true;
            }
            Waiter waiter = Waiter.current();
            WaitNode stale = new WaitNode() {
                @Override
                protected boolean claim() {
                    return waiter.tryClaim();
                }

                @Override
                public void wake(Object value) {
                    waiter.wake(value);
                }
            };
            waiter.arm(this);
            register(stale);
            return waiter.await(timeout.toNanos()) != Waiter.TIMED_OUT;
        }
    }

    /** Doesn't wait at all for short times. */
    static final class GivesUpEarly extends BrokenFlags {
        @Override
        public boolean await(Duration timeout) {
            return awaitReady(timeout.toNanos() - 1);
        }
    }

    /** Registers with a wait for several things even when ready, and tells it nothing. */
    static final class ForgetsToSayThatItIsReady extends BrokenFlags {
        @Override
        public boolean register(WaitNode node) {
            enter();
            waiters().add(node);
            leave();
            return true;
        }
    }
}
