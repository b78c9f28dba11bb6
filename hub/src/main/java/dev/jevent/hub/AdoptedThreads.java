package dev.jevent.hub;

import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;

/**
 * Virtual threads of a hub that jevent didn't make: greenlets' code did, with the JDK's means. Each is known from its first
 * jevent call on. Nobody says when one ends, so those that have are dropped when the list has doubled.
 */
final class AdoptedThreads {
    /** The strand of a thread whose uncaught exception handler isn't free to lead to it. */
    private static final ThreadLocal<GreenletStrand> ADOPTED = new ThreadLocal<>();

    private static final int SMALL = 16;

    private final LoopHub hub;
    private final List<GreenletStrand> strands = new ArrayList<>();
    private int most = SMALL;

    AdoptedThreads(LoopHub hub) {
        this.hub = hub;
    }

    /** The strand of the running thread, if it was adopted and its handler doesn't lead to it; else null. */
    GreenletStrand current() {
        GreenletStrand known = ADOPTED.get();
        return known != null && known.hub == hub ? known : null;
    }

    /** @param thread the running one */
    GreenletStrand adopt(Thread thread) {
        if (strands.size() == most) {
            alive();
            most = Math.max(SMALL, 2 * strands.size());
        }
        GreenletStrand adopted = GreenletStrand.adopt(hub, thread);
        strands.add(adopted);
        if (thread.getUncaughtExceptionHandler() == thread.getThreadGroup()) {
            thread.setUncaughtExceptionHandler(adopted);
        } else {
            ADOPTED.set(adopted); // its maker's handler stays
        }
        return adopted;
    }

    /** Those that haven't ended, in the order they came. */
    List<GreenletStrand> alive() {
        strands.removeIf(strand -> !strand.thread().isAlive());
        return strands;
    }

    /** The one that the hub's thread runs now, as another thread sees it; null if none does, or the list is being changed. */
    GreenletStrand carried() {
        try {
            for (GreenletStrand strand : strands) {
                if (strand != null && strand.isCarried()) {
                    return strand;
                }
            }
        } catch (ConcurrentModificationException e) {
            // the hub goes on
        }
        return null;
    }

    /** Whether one is inside a JDK call that others may end. */
    boolean anyInJdkCall() {
        for (GreenletStrand strand : strands) {
            if (strand.isInJdkCall()) {
                return true;
            }
        }
        return false;
    }
}
