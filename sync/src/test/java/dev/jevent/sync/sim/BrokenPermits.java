package dev.jevent.sync.sim;

import dev.jevent.Guard;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import java.time.Duration;

/** A semaphore, right but for the one thing that a subclass does wrong. */
class BrokenPermits extends Guard implements Permits {
    final WaitQueue waiters = new WaitQueue();
    int permits;

    BrokenPermits(int permits) {
        this.permits = permits;
    }

    @Override
    public void acquire() {
        acquire(-1);
    }

    @Override
    public boolean acquire(Duration timeout) {
        return acquire(timeout.toNanos());
    }

    boolean acquire(long nanos) {
        Waiter waiter = Waiter.current();
        enter();
        if (permits > 0) {
            permits--;
            leave();
            return true;
        }
        return await(waiters, waiter, this, nanos) != Waiter.TIMED_OUT;
    }

    @Override
    public void release() {
        enter();
        WaitNode next = waiters.claimFirst();
        if (next == null) {
            permits++;
        }
        leave();
        WaitQueue.wakeAll(next, this);
    }

    @Override
    public int available() {
        return permits;
    }

    /** Wakes one who has to take the permit itself; if that one is killed before it runs, nobody else is told. */
    static final class ForgetsTheNextWhenTheWokenIsKilled extends BrokenPermits {
        ForgetsTheNextWhenTheWokenIsKilled(int permits) {
            super(permits);
        }

        @Override
        boolean acquire(long nanos) {
            Waiter waiter = Waiter.current();
            while (true) {
                enter();
                if (permits > 0) {
                    permits--;
                    leave();
                    return true;
                }
                if (await(waiters, waiter, this, nanos) == Waiter.TIMED_OUT) {
                    return false;
                }
                dev.jevent.Jevent.yieldNow(); // a place where a kill can come
            }
        }

        @Override
        public void release() {
            enter();
            permits++;
            WaitNode next = waiters.claimFirst();
            leave();
            WaitQueue.wakeAll(next, this);
        }
    }

    /** Hands the permit to whoever is first, also to one who was killed or timed out in the same step. */
    static final class HandsOverToTheDead extends BrokenPermits {
        HandsOverToTheDead(int permits) {
            super(permits);
        }

        @Override
        public void release() {
            enter();
            int waiting = waiters.size();
            WaitNode next = waiters.claimFirst();
            if (waiting == 0) {
                permits++; // else the first who waited has it, dead or alive
            }
            leave();
            WaitQueue.wakeAll(next, this);
        }
    }

    /** Takes the permit when it begins to wait instead of when it gets it. */
    static final class LosesThePermitOnKill extends BrokenPermits {
        LosesThePermitOnKill(int permits) {
            super(permits);
        }

        @Override
        boolean acquire(long nanos) {
            Waiter waiter = Waiter.current();
            enter();
            if (permits-- > 0) {
                leave();
                return true;
            }
            boolean acquired = await(waiters, waiter, this, nanos) != Waiter.TIMED_OUT;
            if (!acquired) {
                permits++; // a timeout gives it back, a kill doesn't
            }
            return acquired;
        }

        @Override
        public void release() {
            enter();
            permits++;
            WaitNode next = waiters.claimFirst();
            leave();
            WaitQueue.wakeAll(next, this);
        }
    }

    /** One who gives up gives back a permit that it never had. */
    static final class ReleasesOnTimeout extends BrokenPermits {
        ReleasesOnTimeout(int permits) {
            super(permits);
        }

        @Override
        boolean acquire(long nanos) {
            boolean acquired = super.acquire(nanos);
            if (!acquired) {
                release();
            }
            return acquired;
        }
    }

    /** Who was woken in vain goes to the end of the queue. */
    static final class LosesItsPlace extends BrokenPermits {
        LosesItsPlace(int permits) {
            super(permits);
        }

        @Override
        boolean acquire(long nanos) {
            Waiter waiter = Waiter.current();
            while (true) {
                enter();
                if (permits > 0) {
                    permits--;
                    leave();
                    return true;
                }
                if (await(waiters, waiter, this, nanos) == Waiter.TIMED_OUT) {
                    return false;
                }
            }
        }

        @Override
        public void release() {
            enter();
            permits++;
            WaitNode next = waiters.claimFirst();
            leave();
            WaitQueue.wakeAll(next, this);
        }
    }

    /** Last come, first served. */
    static final class ServesTheLast extends BrokenPermits {
        ServesTheLast(int permits) {
            super(permits);
        }

        @Override
        public void release() {
            enter();
            WaitNode[] last = new WaitNode[1];
            waiters.forEach(node -> last[0] = node);
            WaitNode next = null;
            if (last[0] != null) {
                waiters.remove(last[0]);
                WaitQueue alone = new WaitQueue();
                alone.add(last[0]);
                next = alone.claimFirst();
            }
            if (next == null) {
                permits++;
            }
            leave();
            WaitQueue.wakeAll(next, this);
        }
    }

    /** Looks, and then waits without looking again: what another thread does in between is missed. */
    static final class LooksBeforeItWaits extends BrokenPermits {
        private final dev.jevent.testkit.World world;

        LooksBeforeItWaits(int permits, dev.jevent.testkit.World world) {
            super(permits);
            this.world = world;
        }

        @Override
        boolean acquire(long nanos) {
            Waiter waiter = Waiter.current();
            enter();
            boolean free = permits > 0;
            if (free) {
                permits--;
            }
            leave();
            if (free) {
                return true;
            }
            world.interpose("gap");
            enter();
            return await(waiters, waiter, this, nanos) != Waiter.TIMED_OUT;
        }
    }
}
