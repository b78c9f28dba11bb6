package dev.jevent.testkit;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Loop;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Compares what lives on a hub with what lived there before. On the hub's thread. */
final class HubAudit {
    /** A real thread that has done its work may be about to close its hold: looked at again that often. */
    private static final int LOOKS = 40;

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Hub hub;
    private final Set<Greenlet<?>> greenlets;
    private final Hub.Statistics before;

    HubAudit(Hub hub) {
        this.hub = hub;
        this.greenlets = new HashSet<>(hub.greenlets());
        this.before = hub.statistics();
    }

    void check(Findings findings) throws InterruptedException {
        if (hub.isClosed()) {
            return;
        }
        VirtualClock.settle(hub);
        for (int looks = 0; looks < LOOKS && hub.statistics().holds() > before.holds(); looks++) {
            Thread.sleep(PAUSE);
            VirtualClock.settle(hub);
        }
        List<Greenlet<?>> left = hub.greenlets();
        for (Greenlet<?> greenlet : left) {
            if (!greenlets.contains(greenlet)) {
                StringBuilder text = new StringBuilder("live greenlet:");
                Dump.append(text, greenlet);
                findings.add(text.toString());
            }
        }
        Hub.Statistics after = hub.statistics();
        Loop.Statistics loopBefore = before.loop();
        Loop.Statistics loopAfter = after.loop();
        compare(findings, "active watchers", loopBefore.active(), loopAfter.active());
        compare(findings, "refs of the loop", loopBefore.refs(), loopAfter.refs());
        compare(findings, "timers", loopBefore.timers(), loopAfter.timers());
        compare(findings, "registrations", loopBefore.registrations(), loopAfter.registrations());
        compare(findings, "holds", before.holds(), after.holds());
    }

    private static void compare(Findings findings, String what, long before, long after) {
        if (after > before) {
            findings.add(what + ": " + after + " (before the test: " + before + ")");
        }
    }
}
