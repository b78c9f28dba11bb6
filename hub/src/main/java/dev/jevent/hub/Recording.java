package dev.jevent.hub;

import dev.jevent.Greenlet;
import dev.jevent.monitor.Stall;
import dev.jevent.spi.FlightRecording;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;

/**
 * What Java Flight Recorder is told, beside the polls of the loop. Nothing is touched before it is used. Then whether something is
 * recorded is asked of one event of each kind, so that none is made in vain.
 *
 * <p>A greenlet is known by the number of its thread, as in the JDK's own events and dumps. No event asks a user's {@code toString} but that
 * of a wait, which its own greenlet tells.
 */
final class Recording {
    private Recording() {}

    @Category("jevent")
    abstract static class OfGreenlet extends Event {
        @Label("Greenlet")
        @Description("The number of its thread")
        long greenlet;

        @Label("Kind")
        @Description("The class of what it runs")
        String kind;

        @Label("Hub")
        @Description("The name of the hub's thread")
        String hub;

        final void of(HubStrand strand) {
            greenlet = strand.thread().threadId();
            kind = strand.kindOfGreenlet();
            hub = strand.hub.thread().getName();
        }
    }

    @Name("jevent.GreenletStart")
    @Label("Greenlet Start")
    @Description("A greenlet was spawned, and will run when it is its turn")
    static final class GreenletStart extends OfGreenlet {
        private static final GreenletStart ANY = new GreenletStart();
    }

    static void started(GreenletStrand strand) {
        if (FlightRecording.used() && GreenletStart.ANY.isEnabled()) {
            GreenletStart event = new GreenletStart();
            event.of(strand);
            event.commit();
        }
    }

    @Name("jevent.GreenletEnd")
    @Label("Greenlet End")
    @StackTrace(false)
    static final class GreenletEnd extends OfGreenlet {
        private static final GreenletEnd ANY = new GreenletEnd();

        @Label("Outcome")
        @Description("value, killed, never ran, or the class of the error that it failed with")
        String outcome;
    }

    static void ended(GreenletStrand strand) {
        if (FlightRecording.used() && GreenletEnd.ANY.isEnabled()) {
            GreenletEnd event = new GreenletEnd();
            event.of(strand);
            event.outcome = outcome(strand.greenlet());
            event.commit();
        }
    }

    private static String outcome(Greenlet<?> greenlet) {
        if (!greenlet.dead()) {
            return "never ran";
        }
        if (greenlet.exit() != null) {
            return "killed";
        }
        Throwable error = greenlet.exception();
        return error == null ? "value" : error.getClass().getName();
    }

    @Name("jevent.GreenletKill")
    @Label("Greenlet Kill")
    @Description("Something is thrown into a greenlet: a kill or a timeout")
    static final class GreenletKill extends OfGreenlet {
        private static final GreenletKill ANY = new GreenletKill();

        @Label("Error")
        Class<?> error;
    }

    static void killed(HubStrand strand, Throwable error) {
        if (FlightRecording.used() && GreenletKill.ANY.isEnabled()) {
            GreenletKill event = new GreenletKill();
            event.of(strand);
            event.error = error.getClass();
            event.commit();
        }
    }

    @Name("jevent.GreenletWait")
    @Label("Greenlet Wait")
    @Threshold("20 ms")
    static final class GreenletWait extends OfGreenlet {
        private static final GreenletWait ANY = new GreenletWait();

        @Label("Waits For")
        String subject;
    }

    /** @return null: waits aren't recorded */
    static GreenletWait waitBegins() {
        if (!FlightRecording.used() || !GreenletWait.ANY.isEnabled()) {
            return null;
        }
        GreenletWait event = new GreenletWait();
        event.begin();
        return event;
    }

    /** In the greenlet that has waited. @param begun null: isn't recorded */
    static void waitEnded(GreenletWait begun, GreenletStrand strand, Object subject) {
        if (begun != null && begun.shouldCommit()) {
            begun.of(strand);
            begun.subject = String.valueOf(subject);
            begun.commit();
        }
    }

    @Name("jevent.Stall")
    @Label("Stall")
    @Category("jevent")
    @Description("A hub has not come back to its loop")
    @StackTrace(false)
    static final class HubStall extends Event {
        @Label("Hub")
        String hub;

        @Label("Reason")
        String reason;

        @Label("Length")
        @Timespan(Timespan.MILLISECONDS)
        long length;

        @Label("Code")
        @Description("Who holds the hub's thread, innermost frame first")
        String code;
    }

    static void stalled(Stall stall) {
        if (!FlightRecording.used()) {
            return;
        }
        HubStall event = new HubStall();
        if (event.isEnabled()) {
            event.hub = stall.hub().thread().getName();
            event.reason = stall.reason().name();
            event.length = stall.length().toMillis();
            StringBuilder code = new StringBuilder();
            stall.stack().forEach(frame -> code.append(frame).append('\n'));
            event.code = code.toString();
            event.commit();
        }
    }
}
