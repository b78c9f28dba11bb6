package dev.jevent.sync.sim;

import dev.jevent.Guard;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import java.time.Duration;

/** A value that comes later, right but for the one thing that a subclass does wrong. */
class BrokenCells extends Guard implements Cell {
    final WaitQueue waiters = new WaitQueue();
    volatile Integer value;

    @Override
    public boolean trySet(Integer made) {
        enter();
        if (value != null) {
            leave();
            return false;
        }
        return set(made);
    }

    /** Leaves the guard. */
    boolean set(Integer made) {
        value = made;
        WaitNode waiting = waiters.claimAll();
        leave();
        WaitQueue.wakeAll(waiting, made);
        return true;
    }

    @Override
    public Integer get(Duration timeout) {
        Waiter waiter = Waiter.current();
        enter();
        if (value != null) {
            leave();
            return value;
        }
        Object woken = await(waiters, waiter, this, timeout == null ? -1 : timeout.toNanos());
        return woken == Waiter.TIMED_OUT ? null : (Integer) woken;
    }

    /** A second one may set it before those who wait for the first have run. */
    static final class SetTwice extends BrokenCells {
        private int unread;

        @Override
        public boolean trySet(Integer made) {
            enter();
            if (value != null && unread == 0) {
                leave();
                return false;
            }
            unread = waiters.size();
            return set(made);
        }

        @Override
        public Integer get(Duration timeout) {
            Integer got = super.get(timeout);
            unread = Math.max(0, unread - 1);
            return got;
        }
    }

    /** Sets, and wakes those who waited when the first looked. */
    static final class WakesTooFew extends BrokenCells {
        @Override
        boolean set(Integer made) {
            value = made;
            WaitNode first = waiters.claimFirst();
            leave();
            WaitQueue.wakeAll(first, made);
            return true;
        }
    }
}
