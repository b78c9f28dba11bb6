package dev.jevent.sync;

import dev.jevent.Durations;
import dev.jevent.GreenletInterrupted;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

/**
 * A lock that its owner may take again and again, and has to release as often: gevent's {@code RLock}. The owner is a
 * greenlet, a hub's main, or a thread without a hub.
 *
 * <p>Between greenlets of one hub a lock is needed only around something that waits; what doesn't wait is atomic.
 * Who waits is served as {@link Semaphore} says.
 *
 * <p>{@link #lock()} ends without the lock when the waiting greenlet is killed, interrupted or timed out.
 */
@AnyThread
public final class ReentrantMutex implements Lock {
    private final Semaphore gate;
    private volatile Thread owner;
    private int holds; // of the owner

    public ReentrantMutex() {
        this(false);
    }

    /** @param fair whether it goes to those who wait, and never to one who comes in passing */
    public ReentrantMutex(boolean fair) {
        gate = new Semaphore(1, fair);
    }

    @Override
    @Switches
    public void lock() {
        lock(-1);
    }

    /** @return false if {@code timeout} was over before */
    @Switches
    public boolean lock(Duration timeout) {
        return lock(Durations.nanos("timeout", timeout));
    }

    @Override
    @Switches
    public void lockInterruptibly() throws InterruptedException {
        lockInterruptibly(-1);
    }

    @Override
    @NeverSwitches
    public boolean tryLock() {
        return lock(0);
    }

    /** Waits, as {@link Lock} says; {@link #tryLock()} doesn't. */
    @Override
    @Switches
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return lockInterruptibly(Math.max(0, unit.toNanos(time)));
    }

    private boolean lockInterruptibly(long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        try {
            return lock(nanos);
        } catch (GreenletInterrupted e) {
            throw e.asInterruptedException();
        }
    }

    private boolean lock(long nanos) {
        Thread caller = Thread.currentThread();
        if (owner == caller) {
            if (holds == Integer.MAX_VALUE) {
                throw new IllegalStateException(this + " cannot be locked more often");
            }
            holds++;
            return true;
        }
        if (!gate.acquire(nanos, this)) {
            return false;
        }
        own(caller, 1);
        return true;
    }

    private void own(Thread caller, int times) {
        owner = caller;
        holds = times;
    }

    /** @throws IllegalMonitorStateException if the caller isn't the owner, naming both */
    @Override
    @NeverSwitches
    public void unlock() {
        checkOwner("unlock");
        if (--holds == 0) {
            owner = null;
            gate.release();
        }
    }

    void checkOwner(String what) {
        if (owner != Thread.currentThread()) {
            throw new IllegalMonitorStateException(
                    what + ": " + this + " is not locked by the caller, " + Thread.currentThread());
        }
    }

    /** Gives it up for a wait for a condition. @return for {@link #lockAgain} */
    int unlockFully() {
        int times = holds;
        holds = 0;
        owner = null;
        gate.release();
        return times;
    }

    /** Takes it after a wait for a condition, if it is free. */
    boolean tryLockAgain(int times) {
        if (gate.acquire(0, this)) {
            own(Thread.currentThread(), times);
            return true;
        }
        return false;
    }

    /** Waits for it after a wait for a condition. */
    void lockAgain(int times) {
        gate.acquire(-1, this);
        own(Thread.currentThread(), times);
    }

    /** Locks it until the scope is left: {@code try (var held = mutex.hold()) { … }}. */
    @Switches
    public Held hold() {
        lock();
        return new Held(this);
    }

    /** A mutex that was locked; closing it unlocks it, once. */
    public static final class Held implements AutoCloseable {
        private ReentrantMutex mutex;

        private Held(ReentrantMutex mutex) {
            this.mutex = mutex;
        }

        @Override
        @NeverSwitches
        public void close() {
            ReentrantMutex locked = mutex;
            if (locked != null) {
                locked.unlock();
                mutex = null;
            }
        }
    }

    @Override
    @NeverSwitches
    public MutexCondition newCondition() {
        return new MutexCondition(this);
    }

    @NeverSwitches
    public boolean locked() {
        return owner != null;
    }

    @NeverSwitches
    public boolean isHeldByCurrentThread() {
        return owner == Thread.currentThread();
    }

    /** How often the caller would have to unlock it; 0 if it isn't the owner. */
    @NeverSwitches
    public int holdCount() {
        return isHeldByCurrentThread() ? holds : 0;
    }

    /** How many wait for it. */
    @NeverSwitches
    public int queueLength() {
        return gate.queueLength();
    }

    @Override
    public String toString() {
        Thread locker = owner;
        return "<" + Texts.identity(this) + (locker == null ? ", free, " : ", locked by " + locker + ", ")
                + queueLength() + " waiting>";
    }
}
