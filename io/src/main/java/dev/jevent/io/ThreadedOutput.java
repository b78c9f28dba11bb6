package dev.jevent.io;

import dev.jevent.Hub;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.net.SocketTimeoutException;
import java.util.Objects;

/**
 * A stream whose writes block, written to cooperatively; the counterpart of {@link ThreadedInput}. {@link CooperativeOutput} leaves it to the
 * loop where that can.
 *
 * <p>What is written goes in pieces to a native thread, which writes and flushes them; a write returns when the stream has taken
 * all. The position of its buffer tells what was handed over: that goes on its way also if the writer is killed or timed out,
 * and nothing else does. What went wrong with it then is told to the next writer.
 *
 * <p>Several greenlets may write: each write is whole, first come first served.
 */
public final class ThreadedOutput extends ByteOutput {
    private static final int SIZE = 16 * 1024;

    private final Emptier emptier;

    /** @param stream used by nobody else from now on; its {@code close} doesn't block for long once it is flushed */
    public ThreadedOutput(OutputStream stream) {
        this(stream, null);
    }

    /** @param name in errors and dumps; null: that of {@code stream} */
    public ThreadedOutput(OutputStream stream, String name) {
        emptier = new Emptier(Objects.requireNonNull(stream, "stream"), name);
    }

    @Override
    @Switches
    protected boolean send(ByteBuffer from, long nanos) throws IOException {
        return emptier.send(from, nanos);
    }

    @Override
    @NeverSwitches
    public int tryWrite(ByteBuffer from) throws IOException {
        return emptier.trySend(from);
    }

    /** @throws SocketTimeoutException when {@link #timeout()} is over */
    @Override
    @Switches
    public void flush() throws IOException {
        if (!emptier.flush(timeout() == null ? -1 : timeout().toNanos())) {
            throw new SocketTimeoutException("flush of " + this + " timed out");
        }
    }

    @Override
    @AnyThread
    public boolean isOpen() {
        return !emptier.closed;
    }

    /** What was handed over still goes; who waits gets {@link AsynchronousCloseException}. Idempotent. */
    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        emptier.close();
    }

    @Override
    public String toString() {
        return emptier.toString();
    }

    /**
     * The buffer, and who has it: while {@link #emptying}, a native thread; else the writer whose turn it is.
     *
     * <pre>
     *   IDLE ── a piece is handed over ──▶ EMPTYING ── written and flushed, or failed ──▶ IDLE
     *    └── close() ──▶ CLOSED               └── close() meanwhile ──▶ CLOSED once the stream has answered
     * </pre>
     */
    private static final class Emptier extends Turns implements Runnable {
        private static final Object TURN = new Object();

        private final OutputStream stream;
        private final String name;

        // inside the guard
        private final WaitQueue turns = new WaitQueue();
        private boolean taken; // somebody has the turn
        private final WaitQueue waiting = new WaitQueue(); // for the end of emptying
        private boolean emptying;
        private volatile boolean closed;

        // of whoever has the buffer
        private byte[] buffer;
        private int count;
        private Throwable failure;

        Emptier(OutputStream stream, String name) {
            this.stream = stream;
            this.name = name;
        }

        boolean send(ByteBuffer from, long nanos) throws IOException {
            long since = start(nanos);
            if (!takeTurn(nanos)) {
                return false;
            }
            try {
                while (from.hasRemaining()) {
                    if (!awaitIdle(nanos, since)) {
                        return false;
                    }
                    handOver(from);
                }
                return awaitIdle(nanos, since);
            } finally {
                giveTurn();
            }
        }

        boolean flush(long nanos) throws IOException {
            return send(ByteBuffer.allocate(0), nanos);
        }

        int trySend(ByteBuffer from) throws IOException {
            enter();
            boolean open = !closed;
            boolean free = open && !taken && !emptying;
            taken |= free;
            leave();
            if (!open) {
                throw new ClosedChannelException();
            }
            if (!free) {
                return 0;
            }
            try {
                throwFailure();
                return from.hasRemaining() ? handOver(from) : 0;
            } finally {
                giveTurn();
            }
        }

        private boolean takeTurn(long nanos) throws ClosedChannelException {
            enter();
            boolean open = !closed;
            boolean free = open && !taken;
            taken |= free;
            leave();
            if (!open) {
                throw new ClosedChannelException();
            }
            return free || awaitTurn(nanos);
        }

        private boolean awaitTurn(long nanos) {
            Waiter waiter = Waiter.current();
            Hub.Hold hold = hold();
            try {
                enter();
                if (!taken) {
                    taken = true;
                    leave();
                    return true;
                }
                return await(turns, waiter, this, nanos) != Waiter.TIMED_OUT;
            } finally {
                release(hold);
            }
        }

        private void giveTurn() {
            enter();
            WaitNode next = turns.claimFirst();
            taken = next != null;
            leave();
            if (next != null) {
                next.wake(TURN);
            }
        }

        /** @return false if the time was over before the stream had taken what was handed over last */
        private boolean awaitIdle(long nanos, long since) throws IOException {
            enter();
            boolean idle = !emptying;
            leave();
            if (!idle) {
                Waiter waiter = Waiter.current();
                Hub.Hold hold = hold();
                try {
                    enter();
                    if (emptying && !closed) {
                        if (await(waiting, waiter, this, left(nanos, since)) == Waiter.TIMED_OUT) {
                            return false;
                        }
                    } else {
                        leave();
                    }
                } finally {
                    release(hold);
                }
            }
            if (closed) {
                throw idle ? new ClosedChannelException() : new AsynchronousCloseException();
            }
            throwFailure();
            return true;
        }

        private void throwFailure() {
            Throwable thrown = failure;
            if (thrown != null) {
                failure = null;
                throw sneaky(thrown);
            }
        }

        private int handOver(ByteBuffer from) throws ClosedChannelException {
            if (buffer == null) {
                buffer = new byte[Math.min(SIZE, Math.max(from.remaining(), 512))];
            } else if (buffer.length < SIZE && buffer.length < from.remaining()) {
                buffer = new byte[SIZE];
            }
            int piece = Math.min(from.remaining(), buffer.length);
            from.get(from.position(), buffer, 0, piece);
            enter();
            boolean open = !closed;
            emptying = open;
            leave();
            if (!open) {
                throw new ClosedChannelException();
            }
            count = piece;
            boolean started = false;
            try {
                NativeThreads.run(this);
                started = true;
            } finally {
                if (!started) {
                    enter();
                    emptying = false;
                    boolean closeHere = closed;
                    leave();
                    if (closeHere) {
                        closeStream();
                    }
                }
            }
            from.position(from.position() + piece);
            return piece;
        }

        /** On a native thread. */
        @Override
        public void run() {
            Throwable thrown = null;
            try {
                stream.write(buffer, 0, count);
                stream.flush();
            } catch (Throwable e) {
                thrown = e;
            }
            failure = thrown;
            enter();
            emptying = false;
            boolean close = closed;
            WaitNode woken = waiting.claimAll();
            leave();
            WaitQueue.wakeAll(woken, null);
            if (close) {
                closeStream();
            }
        }

        private void closeStream() {
            try {
                stream.close();
            } catch (IOException e) {
                if (failure == null) { // else the same again, by a stream that flushes first
                    throw new UncheckedIOException(toString(), e); // to the thread's handler: who closed has gone on
                }
            }
        }

        void close() throws IOException {
            enter();
            boolean first = !closed;
            closed = true;
            boolean idle = !emptying;
            WaitNode woken = waiting.claimAll();
            leave();
            WaitQueue.wakeAll(woken, null);
            if (first && idle) {
                stream.close();
                throwFailure();
            }
        }

        @Override
        public String toString() {
            return "<" + (name == null ? "ThreadedOutput of " + stream : name) + (closed ? ", closed>" : ">");
        }
    }
}
