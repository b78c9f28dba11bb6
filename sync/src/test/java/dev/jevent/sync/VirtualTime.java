package dev.jevent.sync;

import dev.jevent.Hub;

/** Lets what is ready run, without letting time pass. */
final class VirtualTime {
    private VirtualTime() {}

    static void settle(Hub hub) {
        int yields = 0;
        do {
            hub.yieldNow();
            if (++yields > 10_000) {
                throw new AssertionError("somebody yields for ever: " + hub.greenlets());
            }
        } while (hub.statistics().ready() > 0);
    }
}
