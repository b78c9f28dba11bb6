package dev.jevent.hub;

import dev.jevent.Greenlet;
import dev.jevent.LoopExit;
import java.util.ArrayList;
import java.util.List;

/** Says who waits for what, and where, when nothing can ever happen any more. */
final class Deadlock {
    /** If there are more, they are told of in groups. */
    private static final int SHOWN = 50;

    private static final String LINE = System.lineSeparator();

    private Deadlock() {}

    static LoopExit describe(LoopHub hub, HubStrand waiting, List<GreenletStrand> left) {
        int now = hub.roughClock();
        List<Greenlet<?>> blocked = new ArrayList<>(left.size());
        left.forEach(strand -> blocked.add(strand.greenlet()));
        StringBuilder text = new StringBuilder("[jevent/LoopExit] ").append(HubErrors.text(waiting.greenlet()))
                .append(" waits for ").append(HubErrors.text(waiting.waitingOn())).append(", and nothing can ever wake it.");
        if (left.size() > SHOWN) {
            StringBuilder groups = new StringBuilder(LINE);
            GreenletGroups.tell(groups, HubLook.greenlets(hub));
            text.append(groups.toString().stripTrailing());
        } else {
            left.forEach(strand -> one(text, strand, now));
        }
        if (left.isEmpty()) {
            text.append("\n  no greenlet is left");
        }
        text.append("\nIf a thread that jevent doesn't know is going to wake somebody, keep Hub.hold() until it has.");
        return new LoopExit(text.toString(), hub, blocked);
    }

    private static void one(StringBuilder text, GreenletStrand strand, int now) {
        text.append("\n  ").append(HubErrors.text(strand.greenlet()));
        Object on = strand.waitingOn();
        if (on != null) {
            text.append(" waits for ").append(HubErrors.text(on)).append(place(strand.thread()));
            Ages.one(text, strand.waited(now));
        }
    }

    /** Where {@code thread} waits: the innermost frame that is neither the JDK's nor jevent's own. */
    static String place(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            String name = frame.getClassName();
            if (!name.startsWith("java.") && !name.startsWith("jdk.") && !isOwn(name)) {
                return " at " + frame;
            }
        }
        return "";
    }

    /** Whether a class is in one of the packages that users call to wait, or that main runs while it does. */
    static boolean isOwn(String className) {
        String of = className.substring(0, Math.max(0, className.lastIndexOf('.')));
        return of.equals("dev.jevent") || of.equals("dev.jevent.hub") || of.equals("dev.jevent.sync") || of.startsWith("dev.jevent.io")
                || of.startsWith("dev.jevent.loop");
    }

    /** The first greenlets of a list, for a message. */
    static String list(List<GreenletStrand> greenlets) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < greenlets.size() && i < SHOWN; i++) {
            text.append(i == 0 ? "" : ", ").append(HubErrors.text(greenlets.get(i)));
        }
        return text.append(greenlets.size() > SHOWN ? ", …" : "").toString();
    }
}
