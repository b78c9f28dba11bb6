package dev.jevent.io;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Guard;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.Strand;
import dev.jevent.Waiter;
import dev.jevent.Watcher;
import dev.jevent.spi.CarrierCallback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;

/**
 * One direction of a {@link Readiness}. The guard is for {@link #user}, {@link #waiter} and {@link #closing}; the user has the
 * right to the other fields, and after the close, who ends it.
 *
 * <pre>
 *   FREE ── acquire(), await() ──▶ USED ── release(), the end of the wait ──▶ FREE
 *    │                              └── close() meanwhile, then the same ──▶ ENDED
 *    └── close() ──▶ ENDED
 * </pre>
 *
 * <p>As a callback it runs on the hub's thread itself: a wake-up costs one switch, not two.
 */
final class Direction extends Guard implements CarrierCallback {
    private static final Object READY = new Object();
    private static final Object CLOSED = new Object();

    private final Readiness readiness;
    private final Interest interest;
    private volatile Thread user; // who operates, or only waits
    private volatile Waiter waiter; // of the user; set for as long as its wait here lasts, so that no other wait of it is claimed
    private boolean closing; // the user ends this direction when it leaves

    private Hub hub; // whose loop the watcher is of; null: none
    private Watcher.Io watcher;
    private boolean edgeTriggered;
    private boolean drained;

    Direction(Readiness readiness, Interest interest) {
        this.readiness = readiness;
        this.interest = interest;
    }

    // ---- who may use it ----

    void acquire(Thread current) throws ClosedChannelException {
        enter();
        boolean open = !readiness.isClosed();
        boolean free = user == null;
        if (open && free) {
            user = current;
        }
        leave();
        if (!open) {
            throw new ClosedChannelException();
        }
        if (!free) {
            throw inUse();
        }
    }

    void release() {
        enter();
        user = null;
        boolean mineToEnd = closing;
        leave();
        if (mineToEnd) {
            try {
                endWhereItBelongs();
            } catch (IOException e) {
                report(e);
            }
        }
    }

    void checkFree() {
        if (user != null) {
            throw inUse();
        }
    }

    private ConcurrentUseException inUse() {
        Waiter waiting = waiter;
        Thread other = user;
        return new ConcurrentUseException(name(null, Thread.currentThread()) + (interest == Interest.READ ? " cannot read from " : " cannot write to ")
                + readiness.owner + ": " + (other == null ? "another" : name(waiting, other)) + " does already");
    }

    private static Object name(Waiter waiter, Thread thread) {
        if (waiter instanceof Strand strand) {
            return strand.greenlet();
        }
        if (thread.getUncaughtExceptionHandler() instanceof Strand strand) {
            return strand.greenlet();
        }
        Hub current = Hub.ifExists();
        return current != null && current.thread() == thread ? current.main() : thread;
    }

    // ---- waiting ----

    boolean isAwaited() {
        return waiter != null;
    }

    boolean isDrained() {
        return drained;
    }

    void drained() {
        if (edgeTriggered && hub.isCurrent()) {
            drained = true;
            watcher.drained();
        }
    }

    @Override
    public void run() {
        wake(READY);
    }

    private void wake(Object outcome) {
        enter();
        Waiter waiting = waiter;
        boolean claimed = waiting != null && waiting.tryClaim();
        leave();
        if (claimed) {
            waiting.wake(outcome);
        }
    }

    /** @param asJdkCall whether a kill or a timeout ends the wait with an exception, and is delivered after that */
    boolean await(long nanos, boolean asJdkCall) throws IOException {
        Hub current = Hub.current();
        Waiter mine = Waiter.current();
        Thread thread = Thread.currentThread();
        boolean acquired = user != thread;
        if (acquired) {
            acquire(thread);
        }
        Object outcome;
        try {
            waiter = mine;
            outcome = await(current, mine, nanos, asJdkCall);
            drained = false;
        } finally {
            enter();
            waiter = null;
            leave();
            if (acquired) {
                release();
            }
        }
        if (outcome == CLOSED || readiness.isClosed()) {
            throw new AsynchronousCloseException();
        }
        if (outcome == Waiter.INTERRUPTED) {
            throw new SocketException("Interrupted");
        }
        return outcome == READY;
    }

    private Object await(Hub current, Waiter mine, long nanos, boolean asJdkCall) throws IOException {
        if (hub != current) {
            moveTo(current);
        }
        watcher.ref(readiness.ref());
        mine.arm(readiness.owner);
        try {
            if (readiness.isClosed() && mine.tryClaim()) {
                return CLOSED;
            }
            start(mine);
            return asJdkCall ? mine.awaitAsJdkCall(nanos) : mine.await(nanos);
        } finally {
            if (!current.isClosed()) { // else it is stopped already
                watcher.stop();
            }
            mine.disarm();
        }
    }

    private void start(Waiter mine) throws IOException {
        try {
            watcher.start(this);
        } catch (RuntimeException e) {
            if (!mine.tryClaim()) {
                mine.await(-1); // somebody has just woken us, and must be done with that
            }
            if (e instanceof UncheckedIOException refused) {
                throw refused.getCause(); // the channel was closed behind our back
            }
            throw e;
        }
    }

    private void moveTo(Hub current) {
        Watcher.Io old = watcher;
        Hub last = hub;
        forgetWatcher();
        if (old != null && !last.isClosed()) {
            last.loop().runCallbackThreadSafe(() -> {
                if (!last.isClosed()) {
                    old.close();
                }
            });
        }
        watcher = current.loop().io(readiness.pollable, interest.mask());
        edgeTriggered = current.loop().capabilities().edgeTriggered();
        hub = current;
    }

    private void forgetWatcher() {
        watcher = null;
        hub = null;
        edgeTriggered = false;
        drained = false;
    }

    void refChanged() {
        if (waiter instanceof Strand strand) {
            Hub its = strand.hub();
            if (its.isCurrent()) {
                takeRef();
            } else if (!its.isClosed()) {
                its.loop().runCallbackThreadSafe(this::takeRef);
            }
        }
    }

    /** On the hub of who waited; another may do so by now. */
    private void takeRef() {
        Watcher.Io here = watcher;
        Hub current = Hub.ifExists();
        if (here != null && current != null && !current.isClosed() && here.loop() == current.loop()) {
            here.ref(readiness.ref());
        }
    }

    // ---- its end ----

    /** Once, after the readiness was closed: ends this direction, or leaves that to who uses it. */
    void close() throws IOException {
        enter();
        boolean free = user == null;
        closing = true;
        leave();
        if (free) {
            endWhereItBelongs();
        } else {
            wake(CLOSED);
        }
    }

    /** Here, or on the thread of the loop that has to be told. */
    private void endWhereItBelongs() throws IOException {
        Hub last = hub;
        if (last == null || last.isClosed() || last.isCurrent()) {
            end();
        } else {
            last.loop().runCallbackThreadSafe(() -> {
                try {
                    end();
                } catch (IOException e) {
                    last.handleError(readiness.owner, e);
                }
            });
        }
    }

    private void end() throws IOException {
        Hub last = hub;
        Watcher.Io old = watcher;
        forgetWatcher();
        try {
            if (old != null && !last.isClosed()) {
                old.loop().closing(readiness.pollable);
                old.close();
            }
        } finally {
            readiness.told();
        }
    }

    /** What {@link #close} can't throw any more. */
    private void report(IOException e) {
        Hub current = Hub.ifExists();
        if (current == null) {
            throw new UncheckedIOException(e);
        }
        current.handleError(readiness.owner, e);
    }
}
