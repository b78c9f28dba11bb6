package dev.jevent.hub;

import dev.jevent.Hub;
import dev.jevent.Measured;
import dev.jevent.Watcher;
import java.util.ArrayList;
import java.util.List;

/**
 * A hub as it is at one moment. Taken on its thread, perhaps on the bare carrier: nothing here calls users' code, which may follow where it
 * is told of.
 */
record HubLook(LoopHub hub, Hub.Statistics statistics, List<Watcher> watchers, List<Measured> measured, Seen main, List<Seen> greenlets) {
    /**
     * One that hasn't ended.
     *
     * @param on what it waits for, if for something of jevent's; else null
     * @param waited rough time; of a wait for something of jevent's
     * @param state what it does, if it doesn't
     */
    record Seen(HubStrand strand, Object on, int waited, Thread.State state) {
        private static Seen of(HubStrand strand, int now) {
            Object on = strand.waitingOn();
            if (on != null) {
                return new Seen(strand, on, strand.waited(now), null);
            }
            return new Seen(strand, null, 0, strand.greenlet().started() ? strand.thread().getState() : null);
        }

        /** The same for all that wait for the same kind of thing. */
        String action() {
            if (on != null) {
                return "waits for " + name(on.getClass());
            }
            return switch (state) {
                case null -> "hasn't been started";
                case NEW -> "hasn't begun";
                case RUNNABLE -> "is ready, or runs";
                case TERMINATED -> "has ended";
                case BLOCKED -> "waits for a monitor";
                case WAITING, TIMED_WAITING -> "waits in a call of the JDK";
            };
        }

        private static String name(Class<?> type) {
            String name = type.getName();
            return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
        }

        /** Whether it is still in the wait that was seen. Any thread. */
        boolean isStillThere() {
            return on == null || strand.waitingOn() == on;
        }
    }

    /** On the hub's thread. */
    static HubLook at(LoopHub hub) {
        return new HubLook(
                hub, hub.statistics(), hub.hubLoop().activeWatchers(), hub.measured(), Seen.of(hub.mainStrand(), hub.roughClock()),
                greenlets(hub));
    }

    /** All that haven't ended: greenlets that were started, then adopted threads. On the hub's thread. */
    static List<Seen> greenlets(LoopHub hub) {
        int now = hub.roughClock();
        List<GreenletStrand> left = hub.left();
        List<Seen> seen = new ArrayList<>(left.size());
        for (GreenletStrand strand : left) {
            seen.add(Seen.of(strand, now));
        }
        return seen;
    }
}
