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
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A non-blocking channel as something to wait for: for whoever tries an operation, and has to wait before the next try.
 * In each direction one greenlet at a time, which may be of another hub than the last one was. A wait allocates
 * nothing, but for the first one on a hub.
 *
 * <p>It closes the channel, too, since the loops that watch it must be told before: otherwise the next owner of the same
 * descriptor would get its events.
 */
public final class Readiness implements AutoCloseable {
    private static final Object READY = new Object();
    private static final Object CLOSED = new Object();

    private final Object owner;
    private final SelectableChannel channel;
    private final Pollable pollable;
    private final Direction reading = new Direction(this, Interest.READ);
    private final Direction writing = new Direction(this, Interest.WRITE);
    private final AtomicInteger unclosed = new AtomicInteger(2); // directions
    private volatile boolean closed;
    private volatile IOException closeFailure;
    private volatile boolean ref = true;

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

    /** Whether a wait here keeps the loop going. True at the start. [B-SOC-21] */
    @AnyThread
    public void ref(boolean ref) {
        this.ref = ref;
    }

    public boolean ref() {
        return ref;
    }

    @AnyThread
    public boolean isClosed() {
        return closed;
    }

    /**
     * Wakes those who wait, tells the loops, then closes the channel: at once, or, if a loop of another thread has to be told
     * or a greenlet has to leave its wait first, right after that. Idempotent.
     */
    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true; // for both directions, before a loop that is told of one wakes who waits in the other
        reading.close();
        writing.close();
        IOException failure = closeFailure;
        if (failure != null) {
            throw failure;
        }
    }

    private void directionClosed() {
        if (unclosed.decrementAndGet() == 0) {
            try {
                channel.close();
            } catch (IOException e) {
                closeFailure = e;
            }
        }
    }

    @Override
    public String toString() {
        return "<Readiness of " + owner + ">";
    }

    /**
     * One direction. The guard is for {@link #waiter}; who waits has the right to the other fields, and after the close, who
     * ends it.
     *
     * <pre>
     *   FREE ── await() ──▶ AWAITED ── ready, timeout, kill ──▶ FREE
     *    │                     └── close() meanwhile ──▶ CLOSED
     *    └── close() ──▶ CLOSED
     * </pre>
     *
     * <p>As a callback it runs on the hub's thread itself: a wake-up costs one switch, not two.
     */
    private static final class Direction extends Guard implements CarrierCallback {
        private final Readiness readiness;
        private final Interest interest;
        private volatile Waiter waiter; // set for as long as its wait here lasts, so that no other wait of it is claimed

        private Hub hub; // whose loop the watcher is of
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
            enter();
            Waiter other = waiter;
            boolean open = !readiness.closed;
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
            try {
                Object outcome = await(current, mine, nanos);
                if (outcome == CLOSED) {
                    throw new AsynchronousCloseException();
                }
                drained = false;
                return outcome == READY;
            } finally {
                enter();
                waiter = null;
                boolean closedMeanwhile = readiness.closed;
                leave();
                if (closedMeanwhile) {
                    end(); // close() has left it to us
                }
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
                watcher.start(this);
                return mine.await(nanos);
            } finally {
                if (!current.isClosed()) { // else it is stopped already
                    watcher.stop();
                }
                mine.disarm();
            }
        }

        private void moveTo(Hub current) {
            Watcher.Io old = watcher;
            if (old != null && !hub.isClosed()) {
                old.loop().runCallbackThreadSafe(old::close);
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

        ConcurrentUseException inUse() {
            Waiter other = waiter;
            return new ConcurrentUseException(name(Waiter.current()) + (interest == Interest.READ ? " cannot read from " : " cannot write to ")
                    + readiness.owner + ": " + (other == null ? "another" : name(other)) + " does already");
        }

        private static Object name(Waiter waiter) {
            return waiter instanceof Strand strand ? strand.greenlet() : waiter;
        }

        /** After {@link Readiness#closed} was set: ends this direction, or leaves that to who waits here. */
        void close() {
            enter();
            boolean free = waiter == null;
            leave();
            if (!free) {
                wake(CLOSED);
                return;
            }
            Hub last = hub;
            if (last == null || last.isClosed() || last.isCurrent()) {
                end();
            } else {
                last.loop().runCallbackThreadSafe(this::end);
            }
        }

        private void end() {
            if (watcher != null && !hub.isClosed()) {
                watcher.loop().closing(readiness.pollable);
                watcher.close();
            }
            watcher = null;
            hub = null;
            readiness.directionClosed();
        }
    }
}
