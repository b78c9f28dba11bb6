package dev.jevent.loop;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;

/** For Java Flight Recorder: one question of a loop to its poller. */
@Name("jevent.HubPoll")
@Label("Hub Poll")
@Category("jevent")
@Description("A hub's loop asks for I/O, or sleeps until there is some")
@StackTrace(false)
@Threshold("20 ms")
final class HubPoll extends Event {
    @Label("Timeout")
    @Description("How long it may sleep; for ever if it is negative")
    @Timespan(Timespan.NANOSECONDS)
    long timeout;

    @Label("Ready")
    @Description("How many were reported")
    int ready;

    private static final HubPoll ANY = new HubPoll();

    /** Only when {@link dev.jevent.spi.FlightRecording#used() it is used}. @return null: polls aren't recorded */
    static HubPoll begins(long timeout) {
        if (!ANY.isEnabled()) {
            return null;
        }
        HubPoll event = new HubPoll();
        event.timeout = timeout == Long.MAX_VALUE ? -1 : timeout;
        event.begin();
        return event;
    }

    void ended(int ready) {
        if (shouldCommit()) {
            this.ready = ready;
            commit();
        }
    }
}
