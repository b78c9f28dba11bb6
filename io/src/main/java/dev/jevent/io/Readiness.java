package dev.jevent.io;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Guard;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.Pollable;
import dev.jevent.Strand;
import dev.jevent.Waiter;
import dev.jevent.Watcher;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.spi.CarrierCallback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.util.Objects;

/**
 * A non-blocking channel as something to wait for: for whoever tries an operation, and has to wait before the next try.
 * In each direction one greenlet at a time, which may be of another hub than the last one was. A wait allocates
 * nothing, but for the first one on a hub.
 *
 * <p>It closes the channel, too, since the loops that watch it must be told before: otherwise the next owner of the same
 * descriptor would get its events.
 *
 * <pre>
 *   OPEN ── close() ──▶ CLOSING ── both directions and all observers told ──▶ the channel is closed
 * </pre>
 */
public final class Readiness extends Guard implements AutoCloseable {
    private static final Object READY = new Object();
    private static final Object CLOSED = new Object();

    private final Object owner;
    private final SelectableChannel channel;
    private final Pollable pollable;
    private final Direction reading = new Direction(this, Interest.READ);
    private final Direction writing = new Direction(this, Interest.WRITE);
    private volatile boolean closed;
    private volatile boolean ref = true;
    private Observer firstObserver;

    /** How many have to hear of the close before the channel is closed: the directions, and the observers. */
    private int untold = 2;

    /** Who watches the channel besides. */
    abstract static class Observer {
        private Observer next;

        /** The close has begun: its loop is to be told, then {@link Readiness#told}. On any thread. */
        abstract void closing();
    }

    /**
     * @param owner named in errors
     * @throws IllegalArgumentException if {@code channel} is in blocking mode
     */
    public Readiness(Object owner, SelectableChannel channel) {
        this.owner = Objects.requireNonNull(owner, "owner");
        this.channel = channel;
        this.pollable = Pollable.of(channel);
        if (channel.isBlocking()) {
            throw new IllegalArgumentException("channel: " + channel + " (expected: one in non-blocking mode)");
        }
    }

    /**
     * Waits until an operation in this direction is worth a try.
     *
     * @param nanos longest wait; negative: without limit
     * @return false if the time was over before
     * @throws ConcurrentUseException if somebody else waits here
     * @throws AsynchronousCloseException if it is closed meanwhile
     * @throws ClosedChannelException if it was closed before
     */
    @Switches
    public boolean await(Interest interest, long nanos) throws IOException {
        return direction(interest).await(nanos);
    }

    /**
     * Tells that the last operation has taken all there was. On an edge-triggered loop {@link #isDrained} is then true until
     * the next wait has ended: another try before would be in vain.
     */
    @NeverSwitches
    public void drained(Interest interest) {
        direction(interest).drained();
    }

    @NeverSwitches
    public boolean isDrained(Interest interest) {
        return direction(interest).drained;
    }

    /** Whether somebody waits here. */
    @AnyThread
    @NeverSwitches
    public boolean isAwaited(Interest interest) {
        return direction(interest).waiter != null;
    }

    /** @throws ConcurrentUseException if somebody waits here: an operation now would take what they wait for */
    @NeverSwitches
    public void checkFree(Interest interest) {
        Direction direction = direction(interest);
        if (direction.waiter != null) {
            throw direction.inUse();
        }
    }

    /** Makes who waits in this direction try again. Nothing if nobody does. */
    @AnyThread
    @NeverSwitches
    public void poke(Interest interest) {
        direction(interest).run();
    }

    private Direction direction(Interest interest) {
        return interest == Interest.READ ? reading : writing;
    }

    /** Whether a wait here keeps the loop going, also one that has begun. True at the start. [B-SOC-21] */
    @AnyThread
    public void ref(boolean ref) {
        this.ref = ref;
        reading.refChanged();
        writing.refChanged();
    }

    @AnyThread
    public boolean ref() {
        return ref;
    }

    @AnyThread
    public SelectableChannel channel() {
        return channel;
    }

    // ---- its end ----

    @AnyThread
    public boolean isClosed() {
        return closed;
    }

    /**
     * Wakes those who wait, tells the loops, then closes the channel: at once, or, if a loop of another thread has to be told
     * or a greenlet has to leave its wait first, right after that. Idempotent.
     *
     * @throws IOException if the channel could be closed at once, and that failed; later failures are reported to the hub
     */
    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        enter();
        boolean again = closed;
        closed = true; // for both directions, before a loop that is told of one wakes who waits in the other
        Observer observer = firstObserver;
        firstObserver = null;
        leave();
        if (again) {
            return;
        }
        reading.close();
        writing.close();
        while (observer != null) {
            Observer next = observer.next;
            observer.closing();
            observer = next;
        }
    }

    /** One of those who had to be told was. */
    void told() throws IOException {
        enter();
        boolean last = --untold == 0;
        leave();
        if (last) {
            channel.close();
        }
    }

    /** @return false, and {@code observer} won't hear anything, if the close has begun */
    @AnyThread
    boolean attach(Observer observer) {
        enter();
        boolean open = !closed;
        if (open) {
            observer.next = firstObserver;
            firstObserver = observer;
            untold++;
        }
        leave();
        return open;
    }

    /** @return false if {@code observer} was, or is being, told of the close: then it has to go through with that */
    @AnyThread
    boolean detach(Observer observer) {
        enter();
        boolean open = !closed;
        if (open) {
            untold--;
            remove(observer);
        }
        leave();
        return open;
    }

    private void remove(Observer observer) {
        if (firstObserver == observer) {
            firstObserver = observer.next;
            return;
        }
        for (Observer before = firstObserver; before != null; before = before.next) {
            if (before.next == observer) {
                before.next = observer.next;
                return;
            }
        }
    }

    @Override
    public String toString() {
        return "<Readiness of " + owner + ">";
    }

    /**
     * One direction. The guard is for {@link #waiter} and {@link #closing}; who waits has the right to the other fields, and
     * after the close, who ends it.
     *
     * <pre>
     *   FREE ── await() ──▶ AWAITED ── ready, timeout, kill ──▶ FREE
     *    │                     └── close() meanwhile, then the end of the wait ──▶ ENDED
     *    └── close() ──▶ ENDED
     * </pre>
     *
     * <p>As a callback it runs on the hub's thread itself: a wake-up costs one switch, not two.
     */
    private static final class Direction extends Guard implements CarrierCallback {
        private final Readiness readiness;
        private final Interest interest;
        private volatile Waiter waiter; // set for as long as its wait here lasts, so that no other wait of it is claimed
        private boolean closing; // who waits ends this direction when it leaves

        private Hub hub; // whose loop the watcher is of; null: none
        private Watcher.Io watcher;
        private boolean edgeTriggered;
        private boolean drained;

        Direction(Readiness readiness, Interest interest) {
            this.readiness = readiness;
            this.interest = interest;
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

        boolean await(long nanos) throws IOException {
            Hub current = Hub.current();
            Waiter mine = Waiter.current();
            begin(mine);
            Object outcome;
            try {
                outcome = await(current, mine, nanos);
                drained = false;
            } finally {
                enter();
                waiter = null;
                boolean mineToEnd = closing;
                leave();
                if (mineToEnd) {
                    endOrReport(current);
                }
            }
            if (outcome == CLOSED || readiness.closed) {
                throw new AsynchronousCloseException();
            }
            return outcome == READY;
        }

        private void begin(Waiter mine) throws ClosedChannelException {
            enter();
            boolean open = !readiness.closed;
            Waiter other = waiter;
            if (open && other == null) {
                waiter = mine;
            }
            leave();
            if (!open) {
                throw new ClosedChannelException();
            }
            if (other != null) {
                throw inUse();
            }
        }

        private Object await(Hub current, Waiter mine, long nanos) throws IOException {
            if (hub != current) {
                moveTo(current);
            }
            watcher.ref(readiness.ref);
            mine.arm(readiness.owner);
            try {
                if (readiness.closed && mine.tryClaim()) {
                    return CLOSED;
                }
                start(mine);
                return mine.await(nanos);
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
            watcher = null;
            hub = null;
            edgeTriggered = false;
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

        void drained() {
            if (edgeTriggered && hub.isCurrent()) {
                drained = true;
                watcher.drained();
            }
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
                here.ref(readiness.ref);
            }
        }

        ConcurrentUseException inUse() {
            Waiter other = waiter;
            return new ConcurrentUseException(name(Waiter.current()) + (interest == Interest.READ ? " cannot read from " : " cannot write to ")
                    + readiness.owner + ": " + (other == null ? "another" : name(other)) + " does already");
        }

        private static Object name(Waiter waiter) {
            return waiter instanceof Strand strand ? strand.greenlet() : waiter;
        }

        /** Once, after {@link Readiness#closed} was set: ends this direction, or leaves that to who waits here. */
        void close() throws IOException {
            enter();
            boolean free = waiter == null;
            closing = true;
            leave();
            if (!free) {
                wake(CLOSED);
                return;
            }
            Hub last = hub;
            if (last == null || last.isClosed() || last.isCurrent()) {
                end();
            } else {
                last.loop().runCallbackThreadSafe(() -> endOrReport(last));
            }
        }

        private void endOrReport(Hub reporter) {
            try {
                end();
            } catch (IOException e) {
                reporter.handleError(readiness.owner, e);
            }
        }

        private void end() throws IOException {
            Hub last = hub;
            Watcher.Io old = watcher;
            watcher = null;
            hub = null;
            edgeTriggered = false;
            drained = false;
            try {
                if (old != null && !last.isClosed()) {
                    old.loop().closing(readiness.pollable);
                    old.close();
                }
            } finally {
                readiness.told();
            }
        }
    }
}
