package dev.jevent.hub;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** The open hubs of the process, by thread. Few, so a scan is as good as a map, and needs no lock. */
final class HubRegistry {
    private static final AtomicReference<LoopHub[]> HUBS = new AtomicReference<>(new LoopHub[0]);

    private HubRegistry() {}

    static LoopHub ofThread(Thread thread) {
        for (LoopHub hub : HUBS.get()) {
            if (hub.thread() == thread) {
                return hub;
            }
        }
        return null;
    }

    /** Adds {@code hub} with the lowest free ident; hubs whose thread has ended are closed on the occasion. */
    static void add(LoopHub hub) {
        for (LoopHub other : HUBS.get()) {
            if (!other.thread().isAlive()) {
                other.abandon();
            }
        }
        LoopHub[] before;
        LoopHub[] after;
        do {
            before = HUBS.get();
            hub.ident(lowestFree(before));
            after = Arrays.copyOf(before, before.length + 1);
            after[before.length] = hub;
        } while (!HUBS.compareAndSet(before, after));
    }

    private static int lowestFree(LoopHub[] hubs) {
        for (int ident = 0; ; ident++) {
            boolean free = true;
            for (LoopHub hub : hubs) {
                free &= hub.ident() != ident;
            }
            if (free) {
                return ident;
            }
        }
    }

    static void remove(LoopHub hub) {
        LoopHub[] before;
        LoopHub[] after;
        do {
            before = HUBS.get();
            int at = Arrays.asList(before).indexOf(hub);
            if (at < 0) {
                return;
            }
            after = new LoopHub[before.length - 1];
            System.arraycopy(before, 0, after, 0, at);
            System.arraycopy(before, at + 1, after, at, after.length - at);
        } while (!HUBS.compareAndSet(before, after));
    }

    static void forEach(Consumer<LoopHub> action) {
        for (LoopHub hub : HUBS.get()) {
            action.accept(hub);
        }
    }

    /** The hub of the thread that carries the caller, a virtual thread. */
    static LoopHub ofCarrier() {
        // Without a hub nothing was looked up in the JDK yet, and it might refuse.
        return HUBS.get().length == 0 ? null : ofThread(CarrierBridge.currentCarrier());
    }

    /**
     * Whether another hub could still post something: not if all of them sleep for the others' sake, as the caller's does by
     * now. That must be so at one moment, so each has to be in the same sleep when it is looked at again.
     */
    static boolean anyOtherMayPost(LoopHub than) {
        LoopHub[] hubs = HUBS.get();
        long[] sleeps = new long[hubs.length];
        for (int look = 0; look < 2; look++) {
            for (int i = 0; i < hubs.length; i++) {
                if (hubs[i] != than && hubs[i].thread().isAlive()) {
                    long sleep = hubs[i].hubLoop().sleepForOthers();
                    if (sleep == 0 || look == 1 && sleep != sleeps[i]) {
                        return true;
                    }
                    sleeps[i] = sleep;
                }
            }
        }
        return hubs != HUBS.get();
    }

    /** Whether another hub is open whose thread lives. */
    static boolean hasOthers(LoopHub than) {
        for (LoopHub hub : HUBS.get()) {
            if (hub != than && hub.thread().isAlive()) {
                return true;
            }
        }
        return false;
    }
}
