package dev.jevent.loop;

import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Watches nothing, but really waits, for tests with other threads. */
final class ParkingPoller implements Poller {
    private final Semaphore wakeups = new Semaphore(0);

    @Override
    public LoopCapabilities capabilities() {
        return new LoopCapabilities(false, false, false, Duration.ofNanos(1));
    }

    @Override
    public void register(Pollable what, int interest, long token) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void modify(Pollable what, int interest, long token) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void remove(Pollable what) {}

    @Override
    public int poll(long timeoutNanos, ReadyTokens into) {
        try {
            if (timeoutNanos > 0 && wakeups.tryAcquire(timeoutNanos, TimeUnit.NANOSECONDS)) {
                wakeups.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    @Override
    public void wakeup() {
        wakeups.release();
    }

    @Override
    public SelectorProvider channels() {
        return SelectorProvider.provider();
    }

    @Override
    public void close() {}
}
