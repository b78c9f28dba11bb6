package dev.jevent.io.net;

import dev.jevent.GreenletInterrupted;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.Readiness;
import dev.jevent.sync.Semaphore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.function.BooleanSupplier;

/**
 * One direction of a channel with the manners of {@code java.net}: any thread may come, and those who come at once take
 * turns. Who has to wait does so as its kind of thread does: a greenlet, or main of a hub, in the hub's loop; any other thread by
 * itself.
 *
 * <p>What an interrupt does is what the JDK says of its own sockets: a platform thread goes on waiting and finds it
 * afterwards, for a virtual thread the socket is closed. A kill or a timeout of a greenlet closes nothing: the call ends with
 * a {@code SocketException}, as a broken connection would end it, and whoever holds the socket decides.
 */
final class Gate {
    private static final VarHandle TAKEN;
    private static final VarHandle CLAIMANTS;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(Gate.class, "taken", boolean.class);
            CLAIMANTS = MethodHandles.lookup().findVarHandle(Gate.class, "claimants", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile boolean taken; // somebody's turn
    private volatile int claimants; // those who wait for theirs, each with a look at taken after it was counted
    private final Semaphore turns = new Semaphore(0); // a permit says that one is worth a look
    private final SelectableChannel channel;
    private final Readiness readiness;
    private final Interest interest;
    private final int operation;
    private final BooleanSupplier cooperative;
    private final Reference<Gate> entry;

    private boolean drained; // this and the next are for whose turn it is
    private Hub watched; // the last one that was waited on
    private volatile ThreadWait waiting; // of a thread without a hub
    private volatile Hub waitingOn; // of a greenlet or main
    private volatile boolean closed;

    /**
     * @param operation the bit of {@link SelectionKey} for {@code interest}
     * @param cooperative whether greenlets wait in their loop, and not as the JDK's own sockets would have them
     */
    Gate(SelectableChannel channel, Readiness readiness, Interest interest, int operation, BooleanSupplier cooperative) {
        this.channel = channel;
        this.readiness = readiness;
        this.interest = interest;
        this.operation = operation;
        this.cooperative = cooperative;
        entry = PinnedWaits.add(this);
    }

    /** The hub that the caller's waits let others run on; null: none. */
    private Hub hub() {
        if (!cooperative.getAsBoolean()) {
            return null;
        }
        Hub hub = Hub.ifExists();
        return hub == null || hub.isClosed() ? null : hub;
    }

    /**
     * Waits for the caller's turn; {@link #leave()} must follow. As a rule nobody else is here. The direction is taken for as long,
     * so that a close meanwhile closes the channel after it: a lock of the channel must not have a greenlet for its next owner when
     * the greenlet's hub wants it.
     *
     * @throws java.nio.channels.ClosedChannelException if it is closed
     */
    @Switches
    void enter() throws IOException {
        awaitTurn();
        take();
    }

    private void awaitTurn() {
        if (tryTurn()) {
            return;
        }
        CLAIMANTS.getAndAdd(this, 1);
        boolean interrupted = false;
        try {
            while (!tryTurn()) {
                try {
                    turns.acquire();
                } catch (GreenletInterrupted e) {
                    interrupted = true; // found at the first wait for the channel, if there is one
                }
            }
        } finally {
            CLAIMANTS.getAndAdd(this, -1);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** @throws java.nio.channels.ClosedChannelException if it is closed */
    @NeverSwitches
    boolean tryEnter() throws IOException {
        boolean mine = tryTurn();
        if (mine) {
            take();
        }
        return mine;
    }

    private boolean tryTurn() {
        return TAKEN.compareAndSet(this, false, true);
    }

    private void take() throws IOException {
        boolean held = false;
        try {
            readiness.acquire(interest);
            held = true;
        } finally {
            if (!held) {
                endTurn();
            }
        }
    }

    @NeverSwitches
    void leave() {
        readiness.release(interest);
        endTurn();
    }

    private void endTurn() {
        taken = false;
        if (claimants > 0 && turns.availablePermits() == 0) {
            turns.release(); // else a look is still to come
        }
    }

    /** After operations that didn't wait: lets others run, if somebody is to be let. */
    @Switches
    void yield() {
        if (hub() != null) {
            Hub.current().yieldNow();
        }
    }

    /** The clock for timeouts of {@link #await}. */
    long nanoTime() {
        return hub() == null ? System.nanoTime() : Waiter.current().nanoTime();
    }

    /** Whether the next try would almost surely be in vain, and the caller's loop tells if it wouldn't. */
    boolean isDrained() {
        return drained && hub() != null;
    }

    /**
     * The last operation has taken all there was: a short read. Then the next one waits first, which costs a system call less
     * than to try in vain. Any loop reports what has come since.
     */
    void drained() {
        drained = true;
        if (hub() != null) {
            readiness.drained(interest);
        }
    }

    /**
     * Waits until an operation is worth a try. Called by whose turn it is.
     *
     * @param nanos longest wait; negative: without limit
     * @return false if the time was over before
     * @throws InterruptedIOException with the flag set, when a virtual thread is interrupted: the caller closes the socket
     */
    @Switches
    boolean await(long nanos) throws IOException {
        drained = false;
        boolean virtual = Thread.currentThread().isVirtual();
        boolean interrupted = false;
        long start = nanos < 0 ? 0 : nanoTime();
        try {
            while (true) {
                long left = nanos < 0 ? -1 : Math.max(0, nanos - (nanoTime() - start));
                try {
                    Hub hub = hub();
                    boolean ready = hub != null ? awaitOn(hub, left) : awaitAlone(left);
                    if (virtual && Thread.currentThread().isInterrupted() && hub == null) {
                        throw new InterruptedIOException("interrupted");
                    }
                    return ready;
                } catch (GreenletInterrupted e) {
                    interrupted = true;
                    if (virtual) {
                        throw new InterruptedIOException("interrupted");
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean awaitOn(Hub hub, long nanos) throws IOException {
        if (hub != watched) {
            watched = hub;
            PinnedWaits.watch(hub);
        }
        waitingOn = hub;
        try {
            return readiness.awaitAsJdkCall(interest, nanos);
        } finally {
            waitingOn = null;
        }
    }

    /** The hub of whoever waits here now, or null. */
    @AnyThread
    Hub waitingOn() {
        return waitingOn;
    }

    private boolean awaitAlone(long nanos) throws IOException {
        ThreadWait wait = ThreadWait.take(channel.provider());
        waiting = wait;
        try {
            boolean ready = wait.await(channel, operation, nanos, () -> closed);
            if (closed) {
                throw new AsynchronousCloseException();
            }
            return ready;
        } finally {
            waiting = null;
            wait.release();
        }
    }

    /** Ends the wait of a thread without a hub. Whoever waits with a loop is told by {@link Readiness#close()}. */
    @AnyThread
    @NeverSwitches
    void close() {
        closed = true;
        PinnedWaits.remove(entry);
        poke();
    }

    /** Makes who waits try again. */
    @AnyThread
    @NeverSwitches
    void poke() {
        ThreadWait wait = waiting;
        if (wait != null) {
            wait.wakeup();
        }
        readiness.poke(interest);
    }
}
