package dev.jevent.sync;

import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.GreenletInterrupted;
import dev.jevent.Guard;
import dev.jevent.HubProvider;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/**
 * A condition of a {@link ReentrantMutex}.
 *
 * <p>However a wait ends, the mutex is locked again, as often as before, when the call returns or throws. A kill or
 * timeout that comes while it waits to lock again is delivered at the next wait after that. Only a
 * {@link dev.jevent.LoopExit} there, when the owner of the mutex can never run again, and the end of the hub leave it
 * unlocked.
 *
 * <p>A signal goes to one who waits, or to nobody: never to one that is being killed or whose time is over. First come,
 * first signalled. There are no spurious wake-ups but the one that {@link #awaitUninterruptibly()} names.
 */
@AnyThread
public final class MutexCondition extends Guard implements Condition {
    private final ReentrantMutex mutex;
    private final WaitQueue waiters = new WaitQueue();

    MutexCondition(ReentrantMutex mutex) {
        this.mutex = mutex;
    }

    /** @throws InterruptedException when interrupted; the mutex is locked */
    @Override
    @Switches
    public void await() throws InterruptedException {
        awaitInterruptibly(-1);
    }

    /**
     * @return false if {@code timeout} was over before
     * @throws InterruptedException when interrupted; the mutex is locked
     */
    @Switches
    public boolean await(Duration timeout) throws InterruptedException {
        return awaitInterruptibly(Durations.nanos("timeout", timeout));
    }

    @Override
    @Switches
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        return awaitInterruptibly(Math.max(0, unit.toNanos(time)));
    }

    @Override
    @Switches
    public long awaitNanos(long nanosTimeout) throws InterruptedException {
        Waiter waiter = Waiter.current();
        long start = waiter.nanoTime();
        awaitInterruptibly(Math.max(0, nanosTimeout));
        return nanosTimeout - (waiter.nanoTime() - start);
    }

    @Override
    @Switches
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        return awaitInterruptibly(
                TimeUnit.MILLISECONDS.toNanos(Math.max(0, deadline.getTime() - System.currentTimeMillis())));
    }

    /** Not ended by an interrupt, but woken: returns once, interrupted, as if signalled. A kill ends it. */
    @Override
    @Switches
    public void awaitUninterruptibly() {
        boolean interrupted = Thread.interrupted();
        try {
            await(-1);
        } catch (GreenletInterrupted e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean awaitInterruptibly(long nanos) throws InterruptedException {
        mutex.checkOwner("await");
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        try {
            return await(nanos);
        } catch (GreenletInterrupted e) {
            throw e.asInterruptedException();
        }
    }

    private boolean await(long nanos) {
        mutex.checkOwner("await");
        Waiter waiter = Waiter.current();
        enter();
        waiter.arm(this);
        waiters.add(waiter);
        leave();
        int holds = mutex.unlockFully(); // whoever gets the mutex from here on finds the waiter in the queue
        boolean signalled = false;
        try {
            signalled = waiter.await(nanos) != Waiter.TIMED_OUT;
        } finally {
            if (!signalled) {
                enter();
                waiters.remove(waiter);
                leave();
            }
            if (!mutex.tryLockAgain(holds)) {
                lockAgain(holds);
            }
        }
        return signalled;
    }

    /** Nothing but the end of its hub keeps the caller from waiting until the mutex is its own. */
    private void lockAgain(int holds) {
        if (HubProvider.get().currentStrandIfExists() == null) {
            lockAgainOnThread(holds);
            return;
        }
        try {
            Greenlet.shielded(() -> {
                mutex.lockAgain(holds);
                return null;
            });
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e); // lockAgain declares none
        }
    }

    private void lockAgainOnThread(int holds) {
        boolean interrupted = false;
        while (true) {
            try {
                mutex.lockAgain(holds);
                break;
            } catch (GreenletInterrupted e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    @NeverSwitches
    public void signal() {
        mutex.checkOwner("signal");
        enter();
        WaitNode first = waiters.claimFirst();
        leave();
        if (first != null) {
            first.wake(this);
        }
    }

    @Override
    @NeverSwitches
    public void signalAll() {
        mutex.checkOwner("signalAll");
        enter();
        WaitNode all = waiters.claimAll();
        leave();
        WaitQueue.wakeAll(all, this);
    }

    /** How many wait. */
    @NeverSwitches
    public int queueLength() {
        enter();
        int length = waiters.size();
        leave();
        return length;
    }

    @Override
    public String toString() {
        return "<" + Texts.identity(this) + " of " + mutex + ", " + queueLength() + " waiting>";
    }
}
