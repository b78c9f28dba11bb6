package dev.jevent.loop;

import dev.jevent.Loop;
import dev.jevent.Watcher;
import dev.jevent.spi.CarrierCallback;
import java.util.Objects;

/**
 * What all watchers share.
 *
 * <pre>
 *   IDLE ── start ──▶ ACTIVE ── its event ──▶ ACTIVE, PENDING ── its turn ──▶ callback runs, ACTIVE or (one-shot) IDLE
 *   ACTIVE ── stop ──▶ IDLE        what was pending is forgotten
 *   IDLE, ACTIVE ── close ──▶ CLOSED
 * </pre>
 *
 * As a Runnable it is what the host runs: the callback, if the watcher is still pending then.
 */
abstract class LoopWatcher implements Watcher, Ready, Runnable {
    final PollingLoop loop;

    private Runnable callback;
    private boolean carrier; // the callback runs on the loop's thread itself
    private boolean active;
    private boolean closed;
    private boolean ref = true;
    private byte priority;

    private boolean pending;
    private boolean queued; // is in the loop's ready queue, perhaps no longer pending

    LoopWatcher previousActive;
    LoopWatcher nextActive;

    LoopWatcher(PollingLoop loop) {
        this.loop = loop;
    }

    /** Begins to watch; what it throws leaves the watcher idle. */
    abstract void arm();

    /** Ends watching. */
    abstract void disarm();

    /** Frees what it holds; it is idle. */
    void free() {}

    /** What the host runs after the callback failed. */
    CarrierCallback onFailure() {
        return null;
    }

    /** The callback failed on the loop's own thread. */
    void failed() {}

    /** The watcher had its turn. Its callback has run, unless the host put it off: then it is still pending. */
    void dispatched() {}

    /** Runs the callback in the watcher's turn. */
    void fire() {
        callback.run();
    }

    // ---- state ----

    @Override
    public final Loop loop() {
        return loop;
    }

    @Override
    public final void start(Runnable callback) {
        Objects.requireNonNull(callback, "callback");
        loop.confine();
        checkOpen();
        activate(callback);
    }

    final void activate(Runnable callback) {
        if (!active) {
            arm();
            active = true;
            loop.started(this);
        }
        this.callback = callback;
        carrier = callback instanceof CarrierCallback;
    }

    final void checkOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is closed; make a new one of " + loop);
        }
    }

    @Override
    public final void stop() {
        loop.confineOpenOrClosed();
        deactivate();
    }

    final void deactivate() {
        if (active) {
            active = false;
            pending = false;
            loop.stopped(this);
            disarm();
        }
    }

    @Override
    public final void close() {
        loop.confineOpenOrClosed();
        if (!closed) {
            closed = true;
            deactivate();
            free();
        }
    }

    final boolean isClosed() {
        return closed;
    }

    @Override
    public final boolean active() {
        return active;
    }

    @Override
    public boolean pending() {
        return pending;
    }

    @Override
    public final Runnable callback() {
        return callback;
    }

    @Override
    public final int priority() {
        return priority;
    }

    @Override
    public final void priority(int priority) {
        loop.confine();
        if (priority < MIN_PRIORITY || priority > MAX_PRIORITY) {
            throw new IllegalArgumentException("priority: " + priority + " (expected: -2 to 2)");
        }
        checkIdle("priority");
        this.priority = (byte) priority;
    }

    final void checkIdle(String what) {
        if (active) {
            throw new IllegalStateException(this + " is active; stop it before changing its " + what);
        }
    }

    @Override
    public final boolean ref() {
        return ref;
    }

    @Override
    public final void ref(boolean ref) {
        loop.confine();
        if (this.ref != ref) {
            this.ref = ref;
            if (active) {
                loop.addRefs(ref ? 1 : -1);
            }
        }
    }

    /** Before the first start, by subclasses whose watchers don't keep a loop going unless told to. */
    final void startsWithoutRef() {
        ref = false;
    }

    // ---- its turn ----

    /** Its event came: it will be called in the next events step. */
    final void makePending() {
        if (active && markPending()) {
            loop.addReady(this);
        }
    }

    /** @return whether the caller must put it into a queue, or dispatch it; not if it, or the host, has it already */
    final boolean markPending() {
        boolean add = !pending && !queued;
        pending = true;
        queued |= add;
        return add;
    }

    @Override
    public final void dispatch() {
        queued = false;
        if (pending) {
            loop.call(this, carrier);
            dispatched();
        }
    }

    @Override
    public final void run() {
        if (pending) {
            pending = false;
            fire();
        }
    }

    /** A one-shot watcher forgets its callback when it fires, so that the callback can start it again. */
    final void fireOnce() {
        Runnable once = callback;
        callback = null;
        deactivate();
        once.run();
    }

    /** What it watches, for messages. */
    abstract String subject();

    @Override
    public final String toString() {
        return "<" + subject() + (closed ? " closed" : active ? " active" : "") + (pending ? " pending" : "") + ">";
    }
}
