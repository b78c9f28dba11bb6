package dev.jevent.sync.sim;

import dev.jevent.Guard;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** A reentrant lock with conditions, right but for the one thing that a subclass does wrong. */
class BrokenLocks extends Guard implements Lock {
    final WaitQueue waiters = new WaitQueue();
    Thread owner;
    int holds;

    @Override
    public void lock() {
        lock(-1);
    }

    boolean lock(long nanos) {
        Thread caller = Thread.currentThread();
        if (owner == caller) {
            holds++;
            return true;
        }
        Waiter waiter = Waiter.current();
        enter();
        if (owner == null) {
            owner = caller;
            holds = 1;
            leave();
            return true;
        }
        Handover handover = new Handover(waiter, caller);
        waiter.arm(this);
        waiters.add(handover);
        leave();
        boolean woken = false;
        try {
            woken = waiter.await(nanos) != Waiter.TIMED_OUT;
            return woken;
        } finally {
            if (!woken) {
                gaveUp(handover);
            }
        }
    }

    void gaveUp(WaitNode node) {
        enter();
        waiters.remove(node);
        leave();
    }

    /** One who waits, and what is to be written down when it gets the lock. */
    private static final class Handover extends WaitNode {
        final Waiter waiter;
        final Thread thread;

        Handover(Waiter waiter, Thread thread) {
            this.waiter = waiter;
            this.thread = thread;
        }

        @Override
        protected boolean claim() {
            return waiter.tryClaim();
        }

        @Override
        public void wake(Object value) {
            waiter.wake(value);
        }
    }

    @Override
    public void unlock() {
        if (owner != Thread.currentThread()) {
            throw new IllegalMonitorStateException(owner + " owns it, not " + Thread.currentThread());
        }
        if (--holds > 0) {
            return;
        }
        enter();
        WaitNode next = waiters.claimFirst();
        owner = next == null ? null : ((Handover) next).thread;
        holds = next == null ? 0 : 1;
        leave();
        WaitQueue.wakeAll(next, this);
    }

    @Override
    public void lockInterruptibly() {
        lock(-1);
    }

    @Override
    public boolean tryLock() {
        if (owner != null && owner != Thread.currentThread()) {
            return false;
        }
        lock(-1);
        return true;
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) {
        return lock(unit.toNanos(time));
    }

    @Override
    public Condition newCondition() {
        return new LockCondition();
    }

    /** Takes the lock again after a wait for a condition. */
    void lockAgain(Throwable thrown) {
        boolean locked = false;
        while (!locked) {
            try {
                lock(-1);
                locked = true;
            } catch (Error killed) {
                // goes on with what it was killed with before
            }
        }
    }

    WaitNode claimSignalled(WaitQueue waiting) {
        return waiting.claimFirst();
    }

    private final class LockCondition extends Guard implements Condition {
        private final WaitQueue waiting = new WaitQueue();

        @Override
        public void await() {
            awaitFor(-1);
        }

        private boolean awaitFor(long nanos) {
            Waiter waiter = Waiter.current();
            enter();
            waiter.arm(this);
            waiting.add(waiter);
            leave();
            unlock();
            Throwable thrown = null;
            boolean signalled = false;
            try {
                signalled = waiter.await(nanos) != Waiter.TIMED_OUT;
            } catch (Throwable e) {
                thrown = e;
                throw e;
            } finally {
                if (!signalled) {
                    enter();
                    waiting.remove(waiter);
                    leave();
                }
                lockAgain(thrown);
            }
            return signalled;
        }

        @Override
        public boolean await(long time, TimeUnit unit) {
            return awaitFor(unit.toNanos(time));
        }

        @Override
        public void signal() {
            enter();
            WaitNode next = claimSignalled(waiting);
            leave();
            WaitQueue.wakeAll(next, this);
        }

        @Override
        public void awaitUninterruptibly() {
            awaitFor(-1);
        }

        @Override
        public long awaitNanos(long nanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean awaitUntil(Date deadline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void signalAll() {
            throw new UnsupportedOperationException();
        }
    }

    /** One who gives up, or is killed, stays in the queue and is given the lock. */
    static final class GivesTheLockToOneWhoLeft extends BrokenLocks {
        @Override
        void gaveUp(WaitNode node) {
            enter();
            boolean stillThere = waiters.remove(node);
            leave();
            if (stillThere && owner == null) {
                owner = Thread.currentThread();
            }
        }

        @Override
        public void unlock() {
            enter();
            WaitNode[] first = new WaitNode[1];
            waiters.forEach(node -> first[0] = first[0] == null ? node : first[0]);
            leave();
            super.unlock();
            if (first[0] != null && owner == null) {
                owner = ((Handover) first[0]).thread;
                holds = 1;
            }
        }
    }

    /** A kill during a wait for a condition leaves without the lock. */
    static final class DoesNotLockAgainWhenKilled extends BrokenLocks {
        @Override
        void lockAgain(Throwable thrown) {
            if (thrown == null) {
                super.lockAgain(null);
            }
        }
    }

    /** A signal goes to the first in the queue, whether it still waits or not. */
    static final class SignalsOneWhoLeft extends BrokenLocks {
        @Override
        WaitNode claimSignalled(WaitQueue waiting) {
            WaitNode[] first = new WaitNode[1];
            waiting.forEach(node -> first[0] = first[0] == null ? node : first[0]);
            if (first[0] == null) {
                return null;
            }
            waiting.remove(first[0]);
            WaitQueue alone = new WaitQueue();
            alone.add(first[0]);
            return alone.claimFirst(); // null if it refused: then nobody is signalled
        }
    }

    /** Forgets how often its owner locked it: unlocked once, it is free. */
    static final class ForgetsHowOften extends BrokenLocks {
        @Override
        public void unlock() {
            if (owner == Thread.currentThread()) {
                holds = 1;
            }
            super.unlock();
        }
    }
}
