package dev.jevent.sync.sim;

import dev.jevent.Guard;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import java.time.Duration;
import java.util.ArrayDeque;

/** A queue, right but for the one thing that a subclass does wrong. */
class BrokenBoxes extends Guard implements Box {
    final ArrayDeque<Integer> items = new ArrayDeque<>();
    WaitQueue takers = new WaitQueue();
    WaitQueue putters = new WaitQueue();
    final int maxSize;

    BrokenBoxes(int maxSize) {
        this.maxSize = maxSize;
    }

    @Override
    public boolean put(Integer item, Duration timeout) {
        Waiter waiter = Waiter.current();
        long end = timeout == null ? 0 : waiter.nanoTime() + timeout.toNanos();
        for (boolean again = false; ; again = true) {
            enter();
            if (items.size() < maxSize) {
                add(item);
                return true;
            }
            long left = timeout == null ? -1 : Math.max(0, end - waiter.nanoTime());
            Object woken = again ? awaitAgain(putters, waiter, this, left) : await(putters, waiter, this, left);
            if (woken == Waiter.TIMED_OUT) {
                return false;
            }
        }
    }

    /** Leaves the guard. */
    void add(Integer item) {
        items.add(item);
        WaitNode next = takers.claimFirst();
        leave();
        WaitQueue.wakeAll(next, this);
    }

    @Override
    public Integer take(Duration timeout) {
        Waiter waiter = Waiter.current();
        long end = timeout == null ? 0 : waiter.nanoTime() + timeout.toNanos();
        for (boolean again = false; ; again = true) {
            enter();
            if (!items.isEmpty()) {
                return remove();
            }
            long left = timeout == null ? -1 : Math.max(0, end - waiter.nanoTime());
            Object woken = again ? awaitAgain(takers, waiter, this, left) : await(takers, waiter, this, left);
            if (woken == Waiter.TIMED_OUT) {
                return null;
            }
        }
    }

    /** Leaves the guard. */
    Integer remove() {
        Integer item = items.poll();
        WaitNode next = putters.claimFirst();
        leave();
        WaitQueue.wakeAll(next, this);
        return item;
    }

    @Override
    public boolean tryPut(Integer item) {
        enter();
        if (items.size() == maxSize) {
            leave();
            return false;
        }
        add(item);
        return true;
    }

    @Override
    public Integer tryTake() {
        enter();
        if (items.isEmpty()) {
            leave();
            return null;
        }
        return remove();
    }

    @Override
    public int size() {
        return items.size();
    }

    /** One queue for all who wait: who takes may wake another who takes. */
    static final class OneQueueForAll extends BrokenBoxes {
        OneQueueForAll(int maxSize) {
            super(maxSize);
            putters = takers;
        }
    }

    /** Hands the item to who waits, without asking whether it still does. */
    static final class DropsTheItemOfOneWhoGaveUp extends BrokenBoxes {
        DropsTheItemOfOneWhoGaveUp(int maxSize) {
            super(maxSize);
        }

        @Override
        public Integer take(Duration timeout) {
            Waiter waiter = Waiter.current();
            enter();
            if (!items.isEmpty()) {
                return remove();
            }
            Object item = await(takers, waiter, this, timeout == null ? -1 : timeout.toNanos());
            return item == Waiter.TIMED_OUT ? null : (Integer) item;
        }

        @Override
        void add(Integer item) {
            boolean somebodyWaits = !takers.isEmpty();
            WaitNode next = takers.claimFirst();
            if (!somebodyWaits) {
                items.add(item);
            }
            leave();
            WaitQueue.wakeAll(next, item);
        }
    }

    /** Who was woken because there is room doesn't look whether there still is. */
    static final class GetsTooFull extends BrokenBoxes {
        GetsTooFull(int maxSize) {
            super(maxSize);
        }

        @Override
        public boolean put(Integer item, Duration timeout) {
            Waiter waiter = Waiter.current();
            enter();
            if (items.size() >= maxSize
                    && await(putters, waiter, this, timeout == null ? -1 : timeout.toNanos()) == Waiter.TIMED_OUT) {
                return false;
            }
            add(item);
            return true;
        }
    }

    /** Who was woken because there is an item doesn't wait again if there no longer is. */
    static final class ReturnsWithNothing extends BrokenBoxes {
        ReturnsWithNothing(int maxSize) {
            super(maxSize);
        }

        @Override
        public Integer take(Duration timeout) {
            Waiter waiter = Waiter.current();
            enter();
            if (items.isEmpty()) {
                if (await(takers, waiter, this, timeout == null ? -1 : timeout.toNanos()) == Waiter.TIMED_OUT) {
                    return null;
                }
                enter();
            }
            return remove();
        }
    }

    /** Wakes a taker only when the queue was empty: of two items that come at once one waits for ever. */
    static final class WakesOnlyWhenItWasEmpty extends BrokenBoxes {
        WakesOnlyWhenItWasEmpty(int maxSize) {
            super(maxSize);
        }

        @Override
        void add(Integer item) {
            boolean wasEmpty = items.isEmpty();
            items.add(item);
            WaitNode next = wasEmpty ? takers.claimFirst() : null;
            leave();
            WaitQueue.wakeAll(next, this);
        }
    }

    /** An item that is put back in when its putter is killed while it waits. */
    static final class PutsThoughKilled extends BrokenBoxes {
        PutsThoughKilled(int maxSize) {
            super(maxSize);
        }

        @Override
        public boolean put(Integer item, Duration timeout) {
            boolean done = false;
            try {
                done = super.put(item, timeout);
                return done;
            } finally {
                if (!done) {
                    tryPut(item);
                }
            }
        }
    }

    /** Gives the newest instead of the oldest. */
    static final class GivesTheNewest extends BrokenBoxes {
        GivesTheNewest(int maxSize) {
            super(maxSize);
        }

        @Override
        Integer remove() {
            items.addFirst(items.pollLast());
            return super.remove();
        }
    }
}
