package dev.jevent.io.net;

import dev.jevent.Hub;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps waits in sockets from never ending where a greenlet cannot leave its thread.
 *
 * <p>Facts. In a static initialiser, or below a native frame, a virtual thread that waits keeps its carrier. The carrier is the
 * hub's thread, so the loop that should wake it doesn't turn. With the JDK's own sockets another thread would do that.
 *
 * <p>Decision. While sockets are open, somebody looks now and then whether a hub's thread is parked, which it never is
 * when its loop runs; then those who wait for sockets on that hub are made to try again, every few milliseconds, until it
 * moves. The hub stands still meanwhile, as it would with the JDK's sockets, but not for ever.
 */
final class PinnedWaits {
    private static final int LOOK_MILLIS = 100;
    private static final int RETRY_MILLIS = 5;

    private static final Set<Reference<Gate>> OPEN = ConcurrentHashMap.newKeySet();
    /** With the turns of its loop at the last look if it was parked then, else -1. */
    private static final Map<Hub, Long> HUBS = new ConcurrentHashMap<>();

    private static final AtomicBoolean LOOKING = new AtomicBoolean();

    private PinnedWaits() {}

    /** Returns what {@link #remove} takes. A socket that nobody closes isn't kept by this. */
    static Reference<Gate> add(Gate gate) {
        Reference<Gate> added = new WeakReference<>(gate);
        OPEN.add(added);
        look(LOOK_MILLIS);
        return added;
    }

    static void remove(Reference<Gate> gate) {
        OPEN.remove(gate);
    }

    private static void look(int afterMillis) {
        if (LOOKING.compareAndSet(false, true)) {
            ForkJoinPool.commonPool().schedule(new Look(), afterMillis, TimeUnit.MILLISECONDS);
        }
    }

    /** A hub that sockets have waited on: from now on somebody looks after it. */
    static void watch(Hub hub) {
        HUBS.putIfAbsent(hub, -1L);
    }

    private static final class Look implements Runnable {
        @Override
        public void run() {
            boolean pinned = false;
            try {
                pinned = look();
            } finally {
                LOOKING.set(false);
                if (!OPEN.isEmpty()) {
                    PinnedWaits.look(pinned ? RETRY_MILLIS : LOOK_MILLIS);
                }
            }
        }

        /** Returns whether a hub stands still for a wait, and was made to go on. */
        private static boolean look() {
            boolean pinned = false;
            for (Map.Entry<Hub, Long> entry : HUBS.entrySet()) {
                Hub hub = entry.getKey();
                if (hub.isClosed()) {
                    HUBS.remove(hub);
                } else {
                    long before = entry.getValue();
                    long now = isParked(hub) ? hub.statistics().loop().iterations() : -1;
                    entry.setValue(now);
                    if (now >= 0 && now == before) {
                        pinned = true;
                        wakeThoseOn(hub);
                    }
                }
            }
            return pinned;
        }

        private static void wakeThoseOn(Hub hub) {
            for (Reference<Gate> reference : OPEN) {
                Gate gate = reference.get();
                if (gate == null) {
                    OPEN.remove(reference);
                } else if (gate.waitingOn() == hub) {
                    gate.poke();
                }
            }
        }

        private static boolean isParked(Hub hub) {
            return switch (hub.thread().getState()) {
                case WAITING, TIMED_WAITING -> true;
                default -> false; // in the poll it is runnable
            };
        }
    }
}
