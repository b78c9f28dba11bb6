package dev.jevent.testkit;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Settings;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.Switches;
import dev.jevent.spi.Environment;
import java.time.Duration;

/**
 * Time that passes only while everybody waits. It stands still as long as anything on the hub can run, and then jumps to
 * the next deadline: an hour's sleep takes microseconds, and two sleeps of different lengths never end in the wrong
 * order.
 *
 * <p>When time may not jump, the hub really waits, until another thread wakes it:
 * <ul>
 *   <li>while a {@linkplain Hub#hold() hold} is open, and while a call on the hub's thread pool is under way: a real
 *       thread is at work, and its work takes no virtual time. {@link #advance} jumps nevertheless;
 *   <li>after {@link #autoJump(boolean) autoJump(false)}, beyond what {@link #advance} asks for.
 * </ul>
 *
 * <p>Only deadlines of the hub see this time. What reads {@link System#nanoTime} itself does not: a {@link Thread#sleep}
 * in a greenlet wakes after the jump, sees that no real time has passed, and sleeps again, over and over; timed waits of
 * {@code java.util.concurrent} likewise. Use {@link Hub#sleep} and jevent's own primitives in virtual time.
 */
public final class VirtualClock implements Environment {
    /** An arbitrary moment. Not 0, so that a time that was never set is not mistaken for the beginning. */
    private static final long BEGINNING = 1_000_000_000_000L;

    /** Yields that {@link #advance} gives to what the passed time has woken. */
    private static final int SETTLE_LIMIT = 100_000;

    private final long beginning;
    private volatile long now;
    private volatile boolean autoJump = true;
    private volatile boolean advancing;
    private volatile long advanceTo;
    private volatile Hub hub;

    public VirtualClock() {
        this(BEGINNING);
    }

    /** @param beginning the first {@link #nanoTime}; may be anything, near the overflow of a long, too */
    public VirtualClock(long beginning) {
        this.beginning = beginning;
        this.now = beginning;
    }

    /**
     * {@code settings} for a hub whose time stands still while it runs: tasks have no slice of time, lest an endless yielder
     * keeps the loop from looking at what other threads have posted.
     */
    public static Settings settings(Settings settings) {
        return settings.with(Settings.CALLBACK_SLICE, Duration.ZERO);
    }

    /** The hub whose holds keep time from jumping. */
    void bind(Hub hub) {
        this.hub = hub;
    }

    @Override
    @AnyThread
    public long nanoTime() {
        return now;
    }

    /** How much time has passed since this clock was made. */
    @AnyThread
    public Duration elapsed() {
        return Duration.ofNanos(now - beginning);
    }

    /** Whether time jumps by itself when everybody waits; true at the start. */
    @AnyThread
    public void autoJump(boolean autoJump) {
        this.autoJump = autoJump;
    }

    /**
     * Lets {@code duration} pass, holds or not. When it returns, everything that was due until then has run, and nobody
     * is ready.
     *
     * @throws IllegalStateException if greenlets go on yielding for ever
     */
    @Switches
    public void advance(Duration duration) {
        long nanos = Durations.nanos("duration", duration);
        Hub hub = Hub.current();
        boolean outermost = !advancing;
        long target = now + nanos;
        if (outermost || target - advanceTo > 0) {
            advanceTo = target;
        }
        advancing = true;
        try {
            if (nanos > 0) {
                hub.sleep(duration);
            }
            settle(hub);
        } finally {
            if (outermost) {
                advancing = false;
            }
        }
    }

    /** Runs what is ready, until nothing is, without letting time pass. */
    static void settle(Hub hub) {
        int yields = 0;
        long polls = polls(hub);
        do {
            hub.yieldNow();
            // Yields may be so quick that all of them fit between two polls, and what is ready waits for the second.
            if (++yields > SETTLE_LIMIT && (polls(hub) > polls + 1 || yields > 50 * SETTLE_LIMIT)) {
                throw new IllegalStateException("somebody is ready still after " + yields + " yields: "
                        + Dump.greenlets(hub) + "\nAn endless yielder must be ended before time can pass.");
            }
        } while (hub.statistics().ready() > 0);
    }

    private static long polls(Hub hub) {
        return hub.statistics().loop().iterations();
    }

    /**
     * Jumps, if time may pass now.
     *
     * @param nanos until the next deadline
     * @return whether it jumped, perhaps less far; false: time stands still
     */
    boolean jump(long nanos) {
        if (advancing) {
            long most = advanceTo - now;
            if (most > 0) {
                now += Math.min(nanos, most);
                return true;
            }
        }
        Hub bound = hub;
        if (!autoJump || bound != null && !bound.isClosed() && bound.statistics().holds() > 0) {
            return false;
        }
        now += nanos;
        return true;
    }

    @Override
    public String toString() {
        return "virtual clock at " + Durations.text(elapsed());
    }
}
