package dev.jevent.hub;

import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.Settings;
import dev.jevent.monitor.Stall;
import java.time.Duration;
import java.util.List;

/** Whether one hub comes back to its loop, as the monitor sees it from outside. Used by the monitor's thread only. */
final class StallWatch {
    private final LoopHub hub;
    private final long limit;
    private final boolean prints;

    private long polls = -1;
    private long since; // nanoTime at which it was first seen after its last poll
    private boolean told;

    StallWatch(LoopHub hub) {
        this.hub = hub;
        limit = Math.max(1, Durations.nanos(Settings.MAX_BLOCKING_TIME.property(), hub.settings().get(Settings.MAX_BLOCKING_TIME)));
        prints = hub.settings().get(Settings.PRINT_BLOCKING_REPORTS);
    }

    long limit() {
        return limit;
    }

    boolean prints() {
        return prints;
    }

    /** Whether it works, or should. */
    boolean isActive() {
        return !hub.hubLoop().isAsleep() && hub.isInUse() && hub.thread().isAlive();
    }

    /** Begins to count anew: the process itself stood still, or the hub works again. */
    void restart(long now) {
        since = now;
        polls = hub.hubLoop().polls();
    }

    /** The stall that lasts for longer than the limit, if it hasn't been told yet; else null. */
    Stall look(long now) {
        long seen = hub.hubLoop().polls();
        if (seen == polls) {
            hub.clockIsOld();
        }
        if (seen != polls || !isActive()) {
            restart(now);
            told = false;
            return null;
        }
        boolean due = now - since >= limit;
        if (told || !due && !HubMonitor.isAnyIgnored()) {
            return null;
        }
        HubStrand holder = hub.holder();
        if (holder != null && HubMonitor.isIgnored(holder.thread())) {
            restart(now); // who comes next may be told of, but not for what this one has taken
            return null;
        }
        if (!due) {
            return null;
        }
        Thread thread = holder == null ? hub.thread() : holder.thread();
        StackTraceElement[] stack = thread.getStackTrace();
        Stall.Reason reason = StallReasons.of(stack, hub.thread());
        if (hub.hubLoop().polls() != seen || !isActive()) {
            return null; // it has come back, and who was seen need not have been the one
        }
        told = true;
        Greenlet<?> greenlet = holder == null ? null : holder.greenlet();
        return new Stall(hub, greenlet, Duration.ofNanos(now - since), reason, List.of(stack));
    }
}
