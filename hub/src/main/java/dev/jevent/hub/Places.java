package dev.jevent.hub;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Where greenlets are: the innermost frames of their stacks that are neither the JDK's nor of the packages that users call to wait.
 * Reading a stack takes some microseconds, so not all may be read: first some of each kind are, then the others until the time
 * for it is over.
 */
final class Places {
    /** Frames that are looked at, and shown. */
    private static final int FRAMES = 6;

    /** Of one kind that are read in any case. */
    private static final int SAMPLE = 500;

    private final Map<HubLook.Seen, List<StackTraceElement>> places;
    private final Map<String, Boolean> foreign = new HashMap<>();

    /** @param patience nanoseconds for which stacks may be read */
    Places(List<HubLook.Seen> greenlets, long patience) {
        places = new IdentityHashMap<>(greenlets.size());
        long until = System.nanoTime() + patience;
        List<HubLook.Seen> rest = new ArrayList<>();
        for (List<HubLook.Seen> kind : kinds(greenlets).values()) {
            if (kind.size() > SAMPLE) {
                Collections.shuffle(kind, new Random(0)); // from everywhere: the first may be of a kind of their own
                rest.addAll(kind.subList(SAMPLE, kind.size()));
            }
            for (int i = 0; i < kind.size() && i < SAMPLE; i++) {
                read(kind.get(i));
            }
        }
        for (int i = 0; i < rest.size() && System.nanoTime() - until < 0; i++) {
            read(rest.get(i));
        }
    }

    private static Map<String, List<HubLook.Seen>> kinds(List<HubLook.Seen> greenlets) {
        Map<String, List<HubLook.Seen>> kinds = new LinkedHashMap<>();
        for (HubLook.Seen seen : greenlets) {
            kinds.computeIfAbsent(seen.strand().kindOfGreenlet() + " " + seen.action(), kind -> new ArrayList<>()).add(seen);
        }
        return kinds;
    }

    private void read(HubLook.Seen seen) {
        List<StackTraceElement> place = new ArrayList<>(FRAMES);
        for (StackTraceElement frame : seen.strand().thread().getStackTrace()) {
            if (place.size() < FRAMES && foreign.computeIfAbsent(frame.getClassName(), Places::isForeign)) {
                place.add(frame);
            }
        }
        places.put(seen, seen.isStillThere() ? List.copyOf(place) : List.of());
    }

    private static boolean isForeign(String className) {
        return !className.startsWith("java.") && !className.startsWith("jdk.") && !Deadlock.isOwn(className);
    }

    /** Innermost first; empty: nowhere that is known; null: wasn't read. */
    List<StackTraceElement> of(HubLook.Seen seen) {
        return places.get(seen);
    }
}
