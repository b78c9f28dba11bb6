package dev.jevent.sync;

import dev.jevent.Durations;
import dev.jevent.Linkable;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;

/**
 * A number of permits that greenlets, and threads, take and give back. Nobody owns a permit: anybody may
 * {@link #release()}.
 *
 * <p>Who waits for a permit gets one in the order of coming, but not before whoever takes it in passing: a released
 * permit is free until the one it woke runs, and a greenlet that runs meanwhile may take it without a switch. [O-LCK-01]
 * That happens to one who waits at most once; then the next permit is handed to it. So nobody starves, and a busy lock
 * costs no switch for each use. [F-LCK-06] A <i>fair</i> semaphore hands over every permit for which somebody waits.
 *
 * <p>It is {@linkplain #ready() ready} while a permit is free. Waiting for that ({@link #awaitAvailable()}, links,
 * {@code Hub.waitAny}) takes no permit, and there may be none left when the one who waited runs.
 */
@AnyThread
public class Semaphore extends Linkable<Semaphore> {
    /** What an acquirer is woken with when the permit is its own already; with this semaphore when it has to take one. */
    private static final Object GRANTED = new Object();

    private final WaitQueue acquirers = new WaitQueue();
    private final int limit;
    private final boolean fair;

    private volatile int permits; // written inside the guard

    /** Acquirers that were woken, found no permit and wait again. While there are any, permits are handed over. */
    private int overtaken;

    /** With one permit. */
    public Semaphore() {
        this(1);
    }

    /** @throws IllegalArgumentException if {@code permits} is negative */
    public Semaphore(int permits) {
        this(permits, false);
    }

    /** @param fair whether released permits go to those who wait, and never to one who comes in passing */
    public Semaphore(int permits, boolean fair) {
        this(permits, Integer.MAX_VALUE, fair);
    }

    Semaphore(int permits, int limit, boolean fair) {
        if (permits < 0) {
            throw new IllegalArgumentException("permits: " + permits + " (expected: >= 0)");
        }
        this.permits = permits;
        this.limit = limit;
        this.fair = fair;
    }

    /** One whose permits never run out, for optional limits: all its methods do nothing. [F-LCK-10] */
    public static Semaphore unlimited() {
        return UnlimitedSemaphore.INSTANCE;
    }

    // ---- taking ----

    /** Waits for a permit and takes it. */
    @Switches
    public void acquire() {
        acquire(-1, this);
    }

    /**
     * Waits for a permit and takes it.
     *
     * @return false if {@code timeout} was over before
     */
    @Switches
    public boolean acquire(Duration timeout) {
        return acquire(Durations.nanos("timeout", timeout), this);
    }

    /** Takes a permit if one is free. */
    @NeverSwitches
    public boolean tryAcquire() {
        return acquire(0, this);
    }

    /**
     * @param nanos as in {@link Waiter#await}
     * @param on what is waited for, as dumps show it
     */
    boolean acquire(long nanos, Object on) {
        enter();
        if (permits > 0) {
            permits--;
            leave();
            return true;
        }
        leave();
        return nanos != 0 && acquireSlowly(nanos, on);
    }

    private boolean acquireSlowly(long nanos, Object on) {
        Waiter waiter = Waiter.current();
        long start = nanos < 0 ? 0 : waiter.nanoTime();
        enter();
        if (permits > 0) {
            permits--;
            leave();
            return true;
        }
        Object woken = await(acquirers, waiter, on, nanos);
        if (woken != this) {
            return woken == GRANTED;
        }
        // A permit was free. Nothing was promised: who is killed here, or whose time is over, has nothing to give back,
        // since it leaves only after it found no permit.
        long left = nanos < 0 ? -1 : Math.max(0, nanos - (waiter.nanoTime() - start));
        enter();
        if (permits > 0) {
            permits--;
            leave();
            return true;
        }
        overtaken++;
        try {
            return awaitAgain(acquirers, waiter, on, left) == GRANTED;
        } finally {
            enter();
            overtaken--;
            leave();
        }
    }

    /**
     * Takes a permit until the scope is left: {@code try (var permit = semaphore.hold()) { … }}.
     */
    @Switches
    public Permit hold() {
        acquire();
        return new Permit(this);
    }

    /** A permit that was taken; closing it gives it back, once. */
    public static final class Permit implements AutoCloseable {
        private Semaphore semaphore;

        private Permit(Semaphore semaphore) {
            this.semaphore = semaphore;
        }

        @Override
        @NeverSwitches
        public void close() {
            Semaphore taken = semaphore;
            if (taken != null) {
                semaphore = null;
                taken.release();
            }
        }
    }

    // ---- giving back ----

    /**
     * Gives a permit back, or adds one.
     *
     * @return how many are free now
     */
    @NeverSwitches
    public int release() {
        enter();
        int free = permits;
        if (fair || overtaken > 0) {
            WaitNode next = acquirers.claimFirst();
            if (next != null) {
                leave();
                next.wake(GRANTED);
                return free;
            }
        }
        if (free == limit) {
            leave();
            throw new IllegalStateException(this + " was released once more than acquired (at most " + limit + " permits)");
        }
        permits = ++free;
        // Each free permit has one awake to take it, or nobody waits.
        WaitNode next = acquirers.claimFirst();
        WaitNode observing = claimWaiters();
        leave();
        if (next != null) {
            next.wake(this);
        }
        WaitQueue.wakeAll(observing, this);
        return free;
    }

    // ---- looking ----

    @Override
    protected boolean isReady() {
        return permits > 0;
    }

    /** Waits until a permit is free, without taking it; it may be gone when this returns. */
    @Switches
    public void awaitAvailable() {
        awaitReady(-1);
    }

    /**
     * Waits until a permit is free, without taking it; it may be gone when this returns.
     *
     * @return false if {@code timeout} was over before
     */
    @Switches
    public boolean awaitAvailable(Duration timeout) {
        return awaitReady(Durations.nanos("timeout", timeout));
    }

    /** Whether no permit is free. */
    @NeverSwitches
    public boolean locked() {
        return permits == 0;
    }

    @NeverSwitches
    public int availablePermits() {
        return permits;
    }

    /** How many wait for a permit, those who only look and links not included. */
    @NeverSwitches
    public int queueLength() {
        enter();
        int length = acquirers.size();
        leave();
        return length;
    }

    /** Links, and all who wait. */
    @Override
    public int linkCount() {
        return super.linkCount() + queueLength();
    }

    @Override
    public String toString() {
        return "<" + Texts.identity(this) + ", " + permits + " free, " + linkCount() + " waiting>";
    }
}
