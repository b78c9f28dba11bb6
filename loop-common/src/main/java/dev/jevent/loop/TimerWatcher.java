package dev.jevent.loop;

import dev.jevent.Durations;
import dev.jevent.Watcher;
import java.time.Duration;
import java.util.Objects;

/** {@link Watcher.Timer} on a deadline of the loop's heap. */
final class TimerWatcher extends LoopWatcher implements Watcher.Timer {
    private final Duration after;
    private final Duration repeat;
    private final long afterNanos;
    private final long repeatNanos;
    private final Expiry expiry;

    TimerWatcher(PollingLoop loop, Duration after, Duration repeat) {
        super(loop);
        this.afterNanos = Durations.nanos("after", after);
        this.repeatNanos = Durations.nanos("repeat", repeat);
        this.after = after;
        this.repeat = repeat;
        expiry = new Expiry(loop.timers());
    }

    private final class Expiry extends Deadline {
        Expiry(TimerHeap timers) {
            super(timers);
        }

        @Override
        int priority() {
            return TimerWatcher.this.priority();
        }

        @Override
        void expire() {
            rearm(at);
            if (markPending()) {
                TimerWatcher.this.dispatch();
            }
        }
    }

    @Override
    void arm() {
        loop.timers().set(expiry, loop.nanoTime(), afterNanos);
    }

    @Override
    void disarm() {
        loop.timers().cancel(expiry);
    }

    /** The next of the times {@code at + n * repeat} that is still to come: no drift, and one call for all that were missed. */
    private void rearm(long at) {
        if (repeatNanos > 0) {
            long now = loop.time();
            long missed = Math.max(0, now - at) / repeatNanos;
            if (repeatNanos > TimerHeap.NEVER) {
                loop.timers().set(expiry, now, repeatNanos);
            } else {
                loop.timers().setAt(expiry, at + (missed + 1) * repeatNanos);
            }
        }
    }

    @Override
    void fire() {
        if (repeatNanos > 0) {
            super.fire();
        } else {
            fireOnce();
        }
    }

    @Override
    public void again(Runnable callback) {
        Objects.requireNonNull(callback, "callback");
        loop.confine();
        checkOpen();
        deactivate();
        if (repeatNanos > 0) {
            activate(callback);
            loop.timers().set(expiry, loop.nanoTime(), repeatNanos);
        }
    }

    @Override
    public boolean pending() {
        return super.pending() || expiry.set && expiry.due != Deadline.NONE;
    }

    @Override
    public Duration after() {
        return after;
    }

    @Override
    public Duration repeat() {
        return repeat;
    }

    @Override
    String subject() {
        return "timer after " + Durations.text(after) + (repeatNanos > 0 ? ", every " + Durations.text(repeat) : "");
    }
}
