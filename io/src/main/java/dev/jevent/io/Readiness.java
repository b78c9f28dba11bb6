package dev.jevent.io;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Guard;
import dev.jevent.Interest;
import dev.jevent.Pollable;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.Closeable;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.net.SocketException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.util.Objects;

/**
 * A non-blocking channel, or a descriptor, as something to wait for: for whoever tries an operation, and has to wait before the next try.
 * In each direction one greenlet at a time, which may be of another hub than the last one was; a second one is refused as
 * long as the first waits, or has {@linkplain #acquire taken} the direction. A wait allocates nothing, but for the first one on
 * a hub.
 *
 * <p>It closes the channel, too, since the loops that watch it must be told before: otherwise the next owner of the same
 * descriptor would get its events.
 *
 * <pre>
 *   OPEN ── close() ──▶ CLOSING ── both directions and all observers told ──▶ the channel is closed
 * </pre>
 */
public final class Readiness extends Guard implements AutoCloseable {
    final Object owner;
    final Pollable pollable;
    private final SelectableChannel channel; // null: a descriptor
    private final Closeable file;
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
        this.file = channel;
        this.pollable = Pollable.of(channel);
        if (channel.isBlocking()) {
            throw new IllegalArgumentException("channel: " + channel + " (expected: one in non-blocking mode)");
        }
    }

    /**
     * For a descriptor, on loops that watch such.
     *
     * @param file closed where a channel would be
     */
    Readiness(Object owner, int descriptor, Closeable file) {
        this.owner = Objects.requireNonNull(owner, "owner");
        this.channel = null;
        this.file = file;
        this.pollable = Pollable.of(descriptor);
    }

    /**
     * Has this closed when nobody refers to {@code user} any more.
     *
     * @param user neither the {@code owner} nor {@code before} may lead to it
     * @param before run first, on a thread of its own
     * @return to be cleaned when it is closed
     */
    @AnyThread
    public Cleaner.Cleanable closeWhenForgotten(Object user, Runnable before) {
        return new Forgotten(this, before).after(user);
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
        return direction(interest).await(nanos, false);
    }

    /**
     * As {@link #await}, for code that knows nothing of kills: in a greenlet, one ends the wait with a {@link SocketException}, the
     * thread interrupted, and is delivered at the next wait, or takes the place of what the greenlet fails with. So a
     * driver sees a connection that failed, instead of an error that it has no name for.
     */
    @Switches
    public boolean awaitAsJdkCall(Interest interest, long nanos) throws IOException {
        return direction(interest).await(nanos, true);
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
        return direction(interest).isDrained();
    }

    /**
     * Takes this direction for an operation, with all the waits that it needs, by the calling thread; {@link #release} must
     * follow. A close meanwhile closes the channel after that: so no thread ever waits for a lock of the channel, which might be
     * a greenlet's of its own hub.
     *
     * @throws ConcurrentUseException if it is taken
     * @throws ClosedChannelException if this is closed
     */
    @NeverSwitches
    public void acquire(Interest interest) throws ClosedChannelException {
        direction(interest).acquire(Thread.currentThread());
    }

    @NeverSwitches
    public void release(Interest interest) {
        direction(interest).release();
    }

    /** Whether somebody waits here. */
    @AnyThread
    @NeverSwitches
    public boolean isAwaited(Interest interest) {
        return direction(interest).isAwaited();
    }

    /** @throws ConcurrentUseException if somebody waits here, or has taken it: an operation now would take what they wait for */
    @NeverSwitches
    public void checkFree(Interest interest) {
        direction(interest).checkFree();
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

    /** Null of a descriptor. */
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
     * or an operation or a wait has to end first, right after that. Idempotent.
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

    /** One of those who had to be told was. Nobody operates on the channel any more when it was the last. */
    void told() throws IOException {
        enter();
        boolean last = --untold == 0;
        leave();
        if (last) {
            file.close();
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
}
