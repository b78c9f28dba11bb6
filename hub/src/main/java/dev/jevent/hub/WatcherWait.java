package dev.jevent.hub;

import dev.jevent.ConcurrentUseException;
import dev.jevent.InvalidSwitchException;
import dev.jevent.Watcher;
import dev.jevent.spi.CarrierCallback;

/** The callback of a watcher that a greenlet waits for. */
final class WatcherWait implements CarrierCallback {
    private final HubStrand strand;
    private boolean over;

    private WatcherWait(HubStrand strand) {
        this.strand = strand;
    }

    /** @return whether the watcher fired before {@code nanos} (not negative: a limit) were over */
    static boolean await(HubStrand strand, Watcher watcher, long nanos) {
        if (watcher.active() && watcher.callback() instanceof WatcherWait other) {
            throw new ConcurrentUseException(
                    strand.greenlet() + " cannot wait for " + watcher + ": " + other.strand.greenlet() + " waits for it already");
        }
        WatcherWait wait = new WatcherWait(strand);
        strand.arm(watcher);
        Object woken;
        try {
            watcher.start(wait);
            woken = strand.await(nanos);
        } finally {
            wait.over = true;
            if (!strand.hub.isClosed()) { // else it is stopped, and this may be on any thread
                watcher.stop();
            }
            strand.disarm();
        }
        if (woken != wait && woken != HubStrand.TIMED_OUT) {
            throw new InvalidSwitchException(strand + " was woken from its wait for " + watcher + " with " + woken);
        }
        return woken == wait;
    }

    @Override
    public void run() {
        if (!over && strand.tryClaim()) {
            over = true;
            strand.wake(this);
        }
    }

    /** Ends the wait with {@code error}, if it still goes on. */
    void cancel(Throwable error) {
        if (!over && strand.tryClaim()) {
            over = true;
            strand.fail(error);
        }
    }
}
