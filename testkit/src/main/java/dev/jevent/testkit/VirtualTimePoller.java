package dev.jevent.testkit;

import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.contract.AnyThread;
import dev.jevent.loop.Poller;
import dev.jevent.loop.ReadyTokens;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Instead of waiting it lets a {@link VirtualClock} jump; where that may not, it waits for {@link #wakeup}. It watches
 * nothing: real I/O takes real time.
 */
public final class VirtualTimePoller implements Poller {
    private static final LoopCapabilities CAPABILITIES = new LoopCapabilities(false, false, false, Duration.ofNanos(1));

    private final VirtualClock clock;
    private final Thread owner = Thread.currentThread();
    private volatile boolean woken;

    /** For the calling thread. */
    public VirtualTimePoller(VirtualClock clock) {
        this.clock = clock;
    }

    @Override
    public LoopCapabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public void register(Pollable what, int interest, long token) {
        throw refused(what);
    }

    @Override
    public void modify(Pollable what, int interest, long token) {
        throw refused(what);
    }

    private static UnsupportedOperationException refused(Pollable what) {
        return new UnsupportedOperationException(what + " cannot be watched in virtual time;"
                + " use @HubTest(virtualTime = false), or a World and its descriptors");
    }

    @Override
    public void remove(Pollable what) {
        // nothing is ever registered
    }

    @Override
    public int poll(long timeoutNanos, ReadyTokens into) {
        if (!takeWakeup() && timeoutNanos > 0 && (timeoutNanos == Long.MAX_VALUE || !clock.jump(timeoutNanos))) {
            while (!takeWakeup() && !owner.isInterrupted()) {
                LockSupport.park(this);
            }
        }
        return 0;
    }

    private boolean takeWakeup() {
        if (!woken) {
            return false;
        }
        woken = false;
        return true;
    }

    @Override
    @AnyThread
    public void wakeup() {
        woken = true;
        LockSupport.unpark(owner);
    }

    @Override
    public SelectorProvider channels() {
        return SelectorProvider.provider();
    }

    @Override
    public void close() {
        // holds nothing
    }
}
