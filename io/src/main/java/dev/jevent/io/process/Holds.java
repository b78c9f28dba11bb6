package dev.jevent.io.process;

import dev.jevent.Guard;
import dev.jevent.Hub;

/**
 * The hubs that a process may wake somebody of, so that waiting is not their end: that of who started it, and of each who waits
 * for it. Until it ends.
 */
final class Holds extends Guard {
    private static final class Held {
        final Hub hub;
        final Hub.Hold hold;
        Held next;

        Held(Hub hub, Hub.Hold hold) {
            this.hub = hub;
            this.hold = hold;
        }
    }

    private Held first;
    private boolean ended;

    Holds(Hub starter) {
        first = new Held(starter, starter.hold());
    }

    /** Nothing if {@code hub} is null or there already, or after the end. */
    void add(Hub hub) {
        if (hub == null || hub.isClosed() || !isWanted(hub)) {
            return;
        }
        Hub.Hold hold = hub.hold();
        Held another = new Held(hub, hold);
        enter();
        boolean late = ended;
        if (!late) {
            another.next = first;
            first = another;
        }
        leave();
        if (late) {
            hold.close();
        }
    }

    private boolean isWanted(Hub hub) {
        enter();
        boolean wanted = !ended;
        for (Held each = first; each != null && wanted; each = each.next) {
            wanted = each.hub != hub;
        }
        leave();
        return wanted;
    }

    void end() {
        enter();
        ended = true;
        Held all = first;
        first = null;
        leave();
        for (Held each = all; each != null; each = each.next) {
            each.hold.close();
        }
    }
}
