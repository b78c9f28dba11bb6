package dev.jevent.io;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Hub;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;

/**
 * A stream whose reads block, read cooperatively: gevent's {@code FileObjectThread}. For what no loop can watch: the pipes of
 * the JDK's processes, {@code System.in}, a FIFO, a serial port.
 *
 * <p>A native thread blocks in the stream while somebody waits here, and only one for each stream. Nothing is read ahead of
 * demand; what comes after the one who waited was killed, or timed out, is kept for the next one. Closing doesn't end a read
 * that the thread blocks in: the stream is closed right after that.
 *
 * <p>A failure of the stream, or its end, is told once; the next read asks the stream again.
 */
public final class ThreadedInput extends ByteInput {
    private static final int SIZE = 16 * 1024;

    private final Filler filler;

    /** @param stream used by nobody else from now on; its {@code close} doesn't block for long */
    public ThreadedInput(InputStream stream) {
        this(stream, null);
    }

    /** @param name in errors and dumps; null: that of {@code stream} */
    public ThreadedInput(InputStream stream, String name) {
        filler = new Filler(Objects.requireNonNull(stream, "stream"), name);
    }

    @Override
    @Switches
    protected int receive(ByteBuffer into, long nanos) throws IOException {
        return filler.receive(into, nanos);
    }

    @Override
    @NeverSwitches
    protected int tryReceive(ByteBuffer into) throws IOException {
        return filler.tryReceive(into);
    }

    @Override
    public int available() throws IOException {
        return super.available() + filler.available();
    }

    @Override
    @AnyThread
    public boolean isOpen() {
        return !filler.closed;
    }

    /** Who waits gets {@link AsynchronousCloseException}. Idempotent. */
    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        filler.close();
    }

    @Override
    public String toString() {
        return filler.toString();
    }

    /**
     * The buffer, and who has it: while {@link #filling}, a native thread; else who reads.
     *
     * <pre>
     *   IDLE ── a read finds nothing ──▶ FILLING ── bytes, end or failure ──▶ IDLE
     *    └── close() ──▶ CLOSED             └── close() meanwhile ──▶ CLOSED once the stream has answered
     * </pre>
     */
    private static final class Filler extends Turns implements Runnable {
        private final InputStream stream;
        private final String name;

        // inside the guard
        private final WaitQueue waiting = new WaitQueue();
        private Object reader; // null: nobody
        private boolean filling;
        private volatile boolean closed;

        // of whoever has the buffer
        private byte[] buffer;
        private int from;
        private int to;
        private boolean ended;
        private Throwable failure;

        Filler(InputStream stream, String name) {
            this.stream = stream;
            this.name = name;
        }

        int receive(ByteBuffer into, long nanos) throws IOException {
            begin(caller());
            try {
                long since = 0;
                for (boolean waited = false; !isIdle(waited) || isEmpty(); waited = true) {
                    since = waited ? since : start(nanos);
                    fill();
                    if (!awaitAnswer(left(nanos, since))) {
                        return 0;
                    }
                }
                return take(into);
            } finally {
                end();
            }
        }

        int tryReceive(ByteBuffer into) throws IOException {
            begin(Thread.currentThread()); // perhaps in a callback, which cannot wait and has no other name
            try {
                if (!isIdle(false)) {
                    return 0;
                }
                if (isEmpty()) {
                    fill();
                    return 0;
                }
                return into.hasRemaining() ? take(into) : 0;
            } finally {
                end();
            }
        }

        private void begin(Object caller) throws ClosedChannelException {
            enter();
            Object other = reader;
            boolean open = !closed;
            if (open && other == null) {
                reader = caller;
            }
            leave();
            if (!open) {
                throw new ClosedChannelException();
            }
            if (other != null) {
                throw new ConcurrentUseException(caller + " cannot read from " + this + ": " + other + " does already");
            }
        }

        private void end() {
            enter();
            reader = null;
            leave();
        }

        /** Whether the buffer is the reader's. */
        private boolean isIdle(boolean waited) throws ClosedChannelException {
            enter();
            boolean idle = !filling;
            boolean open = !closed;
            leave();
            if (!open) {
                throw waited ? new AsynchronousCloseException() : new ClosedChannelException();
            }
            return idle;
        }

        private boolean isEmpty() {
            return from == to && !ended && failure == null;
        }

        private int take(ByteBuffer into) throws IOException {
            if (from == to) {
                Throwable thrown = failure;
                failure = null;
                ended = false;
                if (thrown != null) {
                    throw sneaky(thrown);
                }
                return -1;
            }
            int count = Math.min(into.remaining(), to - from);
            into.put(buffer, from, count);
            from += count;
            return count;
        }

        /** Has the buffer filled, unless that is under way. */
        private void fill() {
            enter();
            boolean starts = !filling && !closed;
            filling |= starts;
            leave();
            if (!starts) {
                return;
            }
            boolean started = false;
            try {
                NativeThreads.run(this);
                started = true;
            } finally {
                if (!started) {
                    enter();
                    filling = false;
                    leave();
                }
            }
        }

        private boolean awaitAnswer(long nanos) {
            Waiter waiter = Waiter.current();
            Hub.Hold hold = hold();
            try {
                enter();
                if (!filling || closed) {
                    leave();
                    return true;
                }
                return await(waiting, waiter, this, nanos) != Waiter.TIMED_OUT;
            } finally {
                release(hold);
            }
        }

        /** On a native thread. */
        @Override
        public void run() {
            int count = 0;
            Throwable thrown = null;
            try {
                if (buffer == null) {
                    buffer = new byte[SIZE];
                }
                count = stream.read(buffer, 0, SIZE);
            } catch (Throwable e) {
                thrown = e;
            }
            from = 0;
            to = Math.max(count, 0);
            ended = count < 0;
            failure = thrown;
            if (to == 0) {
                buffer = null; // as a rule the end
            }
            enter();
            filling = false;
            boolean close = closed;
            WaitNode woken = waiting.claimAll();
            leave();
            WaitQueue.wakeAll(woken, null);
            if (close) {
                try {
                    stream.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(toString(), e); // to the thread's handler: who closed has gone on
                }
            }
        }

        int available() {
            enter();
            int count = filling || closed ? 0 : to - from;
            leave();
            return count;
        }

        void close() throws IOException {
            enter();
            boolean first = !closed;
            closed = true;
            boolean idle = !filling;
            WaitNode woken = waiting.claimAll();
            leave();
            WaitQueue.wakeAll(woken, null);
            if (first && idle) {
                stream.close();
            }
        }

        @Override
        public String toString() {
            return "<" + (name == null ? "ThreadedInput of " + stream : name) + (closed ? ", closed>" : ">");
        }
    }
}
