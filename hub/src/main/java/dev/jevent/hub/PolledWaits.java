package dev.jevent.hub;

import dev.jevent.Interest;
import dev.jevent.Pollable;
import dev.jevent.Watcher;
import dev.jevent.spi.CarrierCallback;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * The waits of a hub's greenlets in sockets of the JDK, in one direction. The hub's loop watches the descriptor of a poller that
 * is of the JDK's own kind; whose socket is ready is unparked on the hub's thread. Its registrations are its own: what else
 * watches the same socket, in this loop or another, neither disturbs it nor is disturbed.
 *
 * <pre>
 *   IDLE ── somebody waits ──▶ WATCHING ── nobody does any more ──▶ LEFT ── nor after those who are ready now ──▶ IDLE
 *                                 ▲───────── somebody waits ──────────┘
 * </pre>
 *
 * Used on the hub's thread, but for {@link #look}. Idle it has no descriptor.
 */
final class PolledWaits implements CarrierCallback, AutoCloseable {
    // Without a hub at present: the JDK has no way to close one.
    private static final ConcurrentLinkedQueue<Object> READERS = new ConcurrentLinkedQueue<>();
    private static final ConcurrentLinkedQueue<Object> WRITERS = new ConcurrentLinkedQueue<>();

    private final LoopHub hub;
    private final PollerBridge bridge = PollerBridge.get();
    private final boolean reading;
    private final Runnable leaving = this::leaveIfLeft;
    private Object poller; // null: idle
    private Watcher.Io watcher;
    private boolean left; // the task is queued
    private boolean failed; // and has been reported

    private volatile Thread[] waiting = {}; // by descriptor
    private volatile int count;

    // Who waits without leaving the thread, and the poll after which he does: what he waits for until the next one is the JDK's.
    private long seen = -1;
    private long pinnedAfter;
    private volatile Thread pinned;

    PolledWaits(LoopHub hub, boolean reading) {
        this.hub = hub;
        this.reading = reading;
    }

    /** The caller will wait for {@code descriptor}. @return false if he cannot here */
    boolean begin(int descriptor) throws IOException {
        Thread caller = Thread.currentThread();
        if (caller == pinned) {
            if (hub.hubLoop().polls() == pinnedAfter) {
                return false;
            }
            pinned = null;
        }
        if (count == 0 && !watch()) {
            return false;
        }
        if (descriptor >= waiting.length) {
            waiting = Arrays.copyOf(waiting, Math.max(descriptor + 1, 2 * waiting.length));
        }
        waiting[descriptor] = caller;
        count++;
        try {
            bridge.register(poller, descriptor);
        } catch (Throwable t) {
            ended(descriptor);
            throw t;
        }
        return true;
    }

    /** The caller has waited for {@code descriptor}. @return false if he hasn't here */
    boolean end(int descriptor) {
        if (descriptor >= waiting.length || waiting[descriptor] != Thread.currentThread()) {
            return false;
        }
        bridge.deregister(poller, descriptor);
        ended(descriptor);
        return true;
    }

    private void ended(int descriptor) {
        waiting[descriptor] = null;
        if (--count == 0) {
            watcher.stop();
            if (!left) {
                left = true;
                hub.hubLoop().execute(leaving);
            }
        }
    }

    /** An active watcher keeps the loop going, so there is one only as long as somebody waits. */
    private boolean watch() {
        try {
            if (poller == null) {
                Object free = free().poll();
                poller = free != null ? free : bridge.newPoller(reading);
                watcher = hub.loop().io(Pollable.of(bridge.descriptor(poller)), Interest.READ.mask());
            }
            watcher.start(this);
            return true;
        } catch (IOException | RuntimeException e) {
            leave(); // no descriptor is left, or the system watches no more of them: perhaps the next time
            if (!failed) {
                failed = true;
                hub.handleError(this, e);
            }
            return false;
        }
    }

    private void leaveIfLeft() {
        left = false;
        if (count == 0 && !hub.isClosed()) { // else this is another thread
            leave();
        }
    }

    private void leave() {
        if (watcher != null) {
            watcher.close();
            watcher = null;
        }
        if (poller != null) {
            free().add(poller);
            poller = null;
        }
    }

    private ConcurrentLinkedQueue<Object> free() {
        return reading ? READERS : WRITERS;
    }

    /** Some are ready. */
    @Override
    public void run() {
        try {
            int found = bridge.poll(poller);
            if (found >= 0 && found < PollerBridge.MOST_EVENTS) {
                watcher.drained();
            }
        } catch (IOException e) {
            release();
            watcher.close();
            watcher = null;
            poller = null; // the next waits have another
            hub.handleError(this, e);
        }
    }

    /** Makes all go and wait elsewhere: unparked too early, they look at their sockets again. */
    private void release() {
        Thread[] all = waiting;
        for (int descriptor = 0; descriptor < all.length; descriptor++) {
            Thread thread = all[descriptor];
            if (thread != null) {
                all[descriptor] = null;
                bridge.forget(poller, descriptor);
                LockSupport.unpark(thread);
            }
        }
        count = 0;
    }

    /** The hub is closed already, its loop is about to be: that ends the watchers. */
    @Override
    public void close() {
        if (poller != null) {
            release();
            free().add(poller);
        }
    }

    // ---- seen from the monitor's thread ----

    /** Whether the hub should be looked at again. */
    boolean isActive() {
        return count > 0 && !hub.hubLoop().isAsleep() && hub.thread().isAlive();
    }

    /**
     * In a static initialiser, or below a native frame, who waits keeps the hub's thread, so that the loop which should wake him
     * doesn't turn. If that is so since the last look, he is unparked, looks at his socket again, and waits with the
     * JDK's pollers from then on, whose threads wake him.
     */
    void look() {
        boolean parked = isActive() && switch (hub.thread().getState()) {
            case WAITING, TIMED_WAITING -> true;
            default -> false; // in the poll it is runnable
        };
        long polls = hub.hubLoop().polls();
        if (parked && polls == seen) {
            for (Thread thread : waiting) {
                if (thread != null && CarrierBridge.isCarriedBy(thread, hub.thread())) {
                    pinnedAfter = polls;
                    pinned = thread;
                    LockSupport.unpark(thread);
                    return;
                }
            }
        }
        seen = parked ? polls : -1;
    }

    @Override
    public String toString() {
        return (reading ? "reading" : "writing") + " of the JDK's sockets on " + hub;
    }
}
