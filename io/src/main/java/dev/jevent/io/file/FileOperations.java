package dev.jevent.io.file;

import dev.jevent.Guard;
import dev.jevent.Hub;
import dev.jevent.Result;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The operations on one file: one after the other, first come first served, their calls on threads of the pool of whoever asks.
 * A call that nobody waits for any more keeps its turn until it returns, so that what comes after it finds the file as that
 * left it.
 */
final class FileOperations extends Guard {
    private static final Object TURN = new Object();

    private final Object owner;
    private final Closeable file;

    // inside the guard
    private final WaitQueue waiting = new WaitQueue();
    private boolean taken;
    private boolean ended; // the file was closed, or is being closed
    private volatile boolean closed;

    private volatile IOException lost; // what a call failed with that nobody waited for; of whoever has the turn
    private volatile Hub closer;

    FileOperations(Object owner, Closeable file) {
        this.owner = owner;
        this.file = file;
    }

    interface Call<V> {
        V run() throws IOException;
    }

    interface Body<V> {
        V run(Turn turn) throws IOException;
    }

    boolean isClosed() {
        return closed;
    }

    /** Runs {@code body} when its turn comes. */
    @Switches
    <V> V run(Body<V> body) throws IOException {
        takeTurn();
        Turn turn = new Turn();
        try {
            if (closed) {
                throw new ClosedChannelException();
            }
            IOException before = lost;
            if (before != null) {
                lost = null;
                throw before;
            }
            return body.run(turn);
        } finally {
            if (turn.isOurs) {
                giveTurn();
            }
        }
    }

    /** The right to the file, for one operation. */
    final class Turn {
        private boolean isOurs = true;

        private Turn() {}

        /**
         * Runs {@code call} on a native thread and waits for it; on a thread without a hub it runs right there. If the wait fails
         * and the call has begun, the turn is the call's.
         */
        @Switches
        <V> V onThread(Call<V> call) throws IOException {
            Hub hub = Hub.ifExists();
            if (hub == null) {
                return call.run();
            }
            Asked<V> asked = new Asked<>(call);
            Result<V> result = null;
            boolean answered = false;
            try {
                result = hub.threadPool().spawn(asked);
                result.join();
                answered = true;
            } finally {
                if (!answered) {
                    if (result != null) {
                        result.cancel(false);
                    }
                    isOurs = asked.abandon();
                }
            }
            if (result.exception() != null) {
                throw thrown(result.exception());
            }
            return result.value();
        }

        /** False once a call has it that nobody waits for any more. */
        boolean isOurs() {
            return isOurs;
        }
    }

    static IOException thrown(Throwable cause) {
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return (IOException) cause;
    }

    /**
     * A call on its way through the pool.
     *
     * <pre>
     *   QUEUED ── its thread takes it ──▶ RUNNING ── it returns or throws ──▶ ANSWERED
     *     └── abandon() ──▶ ABANDONED ◀── abandon() ──┘
     * </pre>
     */
    private final class Asked<V> implements Callable<V> {
        private static final int QUEUED = 0;
        private static final int RUNNING = 1;
        private static final int ANSWERED = 2;
        private static final int ABANDONED = 3;

        private final Call<V> call;
        private final AtomicInteger state = new AtomicInteger(QUEUED);
        private IOException failure;

        Asked(Call<V> call) {
            this.call = call;
        }

        @Override
        public V call() throws IOException {
            if (!state.compareAndSet(QUEUED, RUNNING)) {
                return null;
            }
            try {
                return call.run();
            } catch (IOException e) {
                failure = e;
                throw e;
            } finally {
                if (!state.compareAndSet(RUNNING, ANSWERED)) {
                    lost = failure;
                    giveTurn();
                }
            }
        }

        /** Returns whether the turn is with whoever waited. */
        boolean abandon() {
            if (state.compareAndSet(QUEUED, ABANDONED)) {
                return true;
            }
            if (state.compareAndSet(RUNNING, ABANDONED)) {
                return false;
            }
            lost = failure;
            return true;
        }
    }

    private void takeTurn() {
        enter();
        boolean free = !taken;
        taken = true;
        leave();
        if (free) {
            return;
        }
        Waiter waiter = Waiter.current();
        Hub hub = Hub.ifExists();
        Hub.Hold hold = hub == null || hub.isClosed() ? null : hub.hold(); // who has the turn may be of another hub, or of none
        try {
            enter();
            if (!taken) {
                taken = true;
                leave();
            } else {
                await(waiting, waiter, owner, -1);
            }
        } finally {
            if (hold != null) {
                hold.close();
            }
        }
    }

    private void giveTurn() {
        enter();
        WaitNode next = waiting.claimFirst();
        taken = next != null;
        boolean ends = closed && !taken && !ended;
        ended |= ends;
        leave();
        if (next != null) {
            next.wake(TURN);
        } else if (ends) {
            try {
                file.close();
            } catch (IOException e) {
                report(e);
            }
        }
    }

    /** Who closed has gone on. */
    private void report(IOException failure) {
        Hub hub = closer;
        if (hub != null && !hub.isClosed()) {
            hub.handleError(owner, failure);
        } else {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        }
    }

    /** Closes the file as soon as nobody has the turn: at once, as a rule. */
    @NeverSwitches
    void close() throws IOException {
        Hub hub = Hub.ifExists();
        enter();
        if (!closed) {
            closer = hub;
        }
        closed = true;
        boolean ends = !taken && !ended;
        ended |= ends;
        leave();
        if (ends) {
            file.close();
        }
        IOException before = lost;
        if (before != null && ends) {
            lost = null;
            throw before;
        }
    }
}
