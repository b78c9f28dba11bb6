package dev.jevent.hub;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Where greenlets are: the innermost frames of their stacks that are neither the JDK's nor of the packages that users call to wait.
 * Reading a stack takes some microseconds, so that not all of very many are read: first some of each kind, then the others while there is
 * time. Where all of a kind that were read are at one place, the others are taken to be there, too.
 */
final class Places {
    /** Frames that are looked at, and shown. */
    private static final int FRAMES = 6;

    /** Of one kind that are read in any case. */
    private static final int SAMPLE = 500;

    private static final long PATIENCE = 300_000_000; // nanoseconds

    private final Map<HubLook.Seen, List<StackTraceElement>> read;
    private final Map<HubLook.Seen, List<StackTraceElement>> assumed = new IdentityHashMap<>();
    private final Map<String, Boolean> foreign = new HashMap<>();

    Places(List<HubLook.Seen> greenlets) {
        read = new IdentityHashMap<>(greenlets.size());
        long until = System.nanoTime() + PATIENCE;
        Collection<List<HubLook.Seen>> kinds = kinds(greenlets).values();
        List<HubLook.Seen> rest = new ArrayList<>();
        for (List<HubLook.Seen> kind : kinds) {
            if (kind.size() > SAMPLE) {
                Collections.shuffle(kind, new Random(0)); // the first may be of a kind of their own
                rest.addAll(kind.subList(SAMPLE, kind.size()));
            }
            for (int i = 0; i < kind.size() && i < SAMPLE; i++) {
                read(kind.get(i));
            }
        }
        int readOfRest = 0;
        while (readOfRest < rest.size() && System.nanoTime() - until < 0) {
            read(rest.get(readOfRest++));
        }
        if (readOfRest < rest.size()) {
            kinds.forEach(this::assume);
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
        read.put(seen, seen.isStillThere() ? List.copyOf(place) : List.of());
    }

    private static boolean isForeign(String className) {
        return !className.startsWith("java.") && !className.startsWith("jdk.") && !Deadlock.isOwn(className);
    }

    private void assume(List<HubLook.Seen> kind) {
        Set<List<StackTraceElement>> places = new HashSet<>();
        for (HubLook.Seen seen : kind) {
            List<StackTraceElement> place = read.get(seen);
            if (place != null) {
                places.add(place);
            }
        }
        if (places.size() == 1) {
            List<StackTraceElement> only = places.iterator().next();
            for (HubLook.Seen seen : kind) {
                assumed.put(seen, only);
            }
        }
    }

    /** Innermost first; empty: nowhere that is known; null: wasn't read, and those of its kind are at several places. */
    List<StackTraceElement> of(HubLook.Seen seen) {
        List<StackTraceElement> place = read.get(seen);
        return place != null ? place : assumed.get(seen);
    }

    /** Whether its own stack was read. */
    boolean isRead(HubLook.Seen seen) {
        return read.containsKey(seen);
    }
}
