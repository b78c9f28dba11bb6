package dev.jevent.io;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Durations;
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
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * A stream whose reads block, read cooperatively: gevent's {@code FileObjectThread}. For what no loop can watch: the pipes of
 * the JDK's processes, {@code System.in}, a FIFO, a serial port. {@link CooperativeInput} leaves it to the loop where that can.
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
        this(stream, name, Duration.ZERO);
    }

    /**
     * One whose thread holds the monitor of {@code stream} while it reads, and that long at the start and after each read:
     * others who want the monitor get it only where nobody goes on reading.
     */
    public ThreadedInput(InputStream stream, String name, Duration linger) {
        filler = new Filler(Objects.requireNonNull(stream, "stream"), name, Durations.nanos("linger", linger));
        if (filler.linger > 0) {
            NativeThreads.run(filler::lingerFromTheStart);
        }
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
     *
     * <p>Idle with a {@link #lingerer}, the next fill is that thread's, and so is the close of the stream.
     */
    private static final class Filler extends Turns implements Runnable {
        private final InputStream stream;
        private final String name;
        private final long linger;

        // inside the guard
        private final WaitQueue waiting = new WaitQueue();
        private Object reader; // null: nobody
        private volatile boolean filling;
        private Thread lingerer; // null: no thread is in the monitor between two reads
        private volatile boolean closed;

        // of whoever has the buffer
        private byte[] buffer;
        private int from;
        private int to;
        private boolean ended;
        private Throwable failure;

        Filler(InputStream stream, String name, long linger) {
            this.stream = stream;
            this.name = name;
            this.linger = linger;
        }

        int receive(ByteBuffer into, long nanos) throws IOException {
            begin(caller());
            try {
                long since = 0;
                for (boolean waited = false; ; waited = true) {
                    if (isIdle(waited)) {
                        if (!isEmpty()) {
                            return take(into);
                        }
                        fill(); // not unless it was idle: an answer that came since would be overwritten
                    }
                    since = waited ? since : start(nanos);
                    if (!awaitAnswer(left(nanos, since))) {
                        return 0;
                    }
                }
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

        /** Has the empty buffer filled; called by the reader, who has it. */
        private void fill() {
            enter();
            boolean starts = !filling && !closed;
            filling |= starts;
            Thread there = lingerer;
            leave();
            if (!starts) {
                return;
            }
            if (there != null) {
                LockSupport.unpark(there);
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
            boolean closes;
            if (linger == 0) {
                closes = readOnce();
            } else {
                synchronized (stream) {
                    closes = goesOn(Next.AGAIN);
                }
            }
            end(closes);
        }

        /** On a native thread. Nothing if another was faster. */
        private void lingerFromTheStart() {
            boolean closes;
            synchronized (stream) {
                enter();
                boolean free = !filling && !closed;
                lingerer = free ? Thread.currentThread() : null; // whoever else was it has left the monitor
                leave();
                closes = free && goesOn(awaitNext());
            }
            end(closes);
        }

        /** Reads as often as it is asked to. In the monitor of the stream. @return whether to close the stream */
        private boolean goesOn(Next first) {
            Next next = first;
            while (next == Next.AGAIN) {
                next = readOnce() ? Next.CLOSE : awaitNext();
            }
            return next == Next.CLOSE;
        }

        private void end(boolean closes) {
            if (closes) {
                try {
                    stream.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(toString(), e); // to the thread's handler: who closed has gone on
                }
            }
        }

        private enum Next { AGAIN, LEAVE, CLOSE }

        /** Stays for a while. Whoever fills or closes meanwhile leaves that to this thread. */
        private Next awaitNext() {
            Thread me = Thread.currentThread();
            enter();
            boolean stays = lingerer == me;
            leave();
            if (!stays) {
                return Next.LEAVE;
            }
            long end = System.nanoTime() + linger;
            long left;
            while (!filling && !closed && (left = end - System.nanoTime()) > 0) {
                LockSupport.parkNanos(this, left);
            }
            enter();
            Next next = closed ? Next.CLOSE : filling ? Next.AGAIN : Next.LEAVE;
            if (next != Next.AGAIN) {
                lingerer = null;
                filling = false;
            }
            leave();
            return next;
        }

        /** @return whether it was closed meanwhile */
        private boolean readOnce() {
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
            boolean lingers = linger > 0 && to > 0;
            enter();
            filling = false;
            boolean closes = closed;
            lingerer = lingers && !closes ? Thread.currentThread() : null;
            WaitNode woken = waiting.claimAll();
            leave();
            WaitQueue.wakeAll(woken, null);
            return closes;
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
            Thread there = lingerer;
            WaitNode woken = waiting.claimAll();
            leave();
            WaitQueue.wakeAll(woken, null);
            if (there != null) {
                LockSupport.unpark(there);
            } else if (first && idle) {
                stream.close();
            }
        }

        @Override
        public String toString() {
            return "<" + (name == null ? "ThreadedInput of " + stream : name) + (closed ? ", closed>" : ">");
        }
    }
}
