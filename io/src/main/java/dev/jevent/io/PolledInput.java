package dev.jevent.io;

import dev.jevent.DescriptorCalls;
import dev.jevent.GreenletInterrupted;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.util.concurrent.locks.LockSupport;

/**
 * What a loop can watch, read cooperatively: gevent's {@code FileObjectPosix}. Nothing is read ahead, so who is killed, or timed out,
 * leaves everything where it was. A pipe that nobody refers to any more is closed.
 */
public final class PolledInput extends ByteInput {
    /** Reads without a wait before others get their turn. */
    private static final int FAIR = 64;

    private final Source source;
    private final Readiness readiness;
    private final Cleaner.Cleanable whenForgotten; // null: nobody counts on it
    private int unwaited; // reads since the last wait

    /** What is read. */
    private abstract static class Source {
        final String name;

        Source(String name) {
            this.name = name;
        }

        abstract Readiness readiness();

        /** Doesn't wait. @return how many bytes; 0 if there is nothing now; -1 at the end */
        abstract int read(ByteBuffer into) throws IOException;

        abstract int available() throws IOException;

        /** For a thread without a hub, that may just block. @return as of {@link #receive} */
        abstract int readOnThread(ByteBuffer into, Readiness readiness, long nanos) throws IOException;

        @Override
        public String toString() {
            return "<" + name + ">";
        }
    }

    private PolledInput(Source source, boolean closesWhenForgotten) {
        this.source = source;
        readiness = source.readiness();
        whenForgotten = closesWhenForgotten ? readiness.closeWhenForgotten(this, () -> { }) : null;
    }

    /**
     * One end of a pipe, which this takes over.
     *
     * @param calls of the loop of the caller
     * @param name in errors and dumps
     */
    public static PolledInput of(Pipe.SourceChannel pipe, DescriptorCalls calls, String name) throws IOException {
        pipe.configureBlocking(false);
        return new PolledInput(new OfPipe(pipe, calls, name), true);
    }

    /** @param descriptor what {@code stream} reads from, {@linkplain DescriptorCalls#isWatchable watchable} */
    static PolledInput of(InputStream stream, int descriptor, DescriptorCalls calls, String name) {
        return new PolledInput(new OfStream(stream, descriptor, calls, name), false);
    }

    private static final class OfPipe extends Source {
        private final Pipe.SourceChannel pipe;
        private final DescriptorCalls calls;

        OfPipe(Pipe.SourceChannel pipe, DescriptorCalls calls, String name) {
            super(name);
            this.pipe = pipe;
            this.calls = calls;
        }

        @Override
        Readiness readiness() {
            return new Readiness(this, pipe);
        }

        @Override
        int read(ByteBuffer into) throws IOException {
            return pipe.read(into);
        }

        @Override
        int available() {
            return calls.available(calls.descriptor(pipe));
        }

        @Override
        int readOnThread(ByteBuffer into, Readiness readiness, long nanos) throws IOException {
            long since = Turns.start(nanos);
            int count;
            while ((count = pipe.read(into)) == 0) {
                if (!ThreadPoll.await(readiness, SelectionKey.OP_READ, Turns.left(nanos, since))) {
                    return 0;
                }
            }
            return count;
        }
    }

    /**
     * Its descriptor may be in blocking mode, and is where other processes have it, too: who changed that would change it for them. A read
     * that the system says wouldn't wait doesn't, if nobody else reads there.
     */
    private static final class OfStream extends Source {
        private static final int SIZE = 8 * 1024;

        /** Between two looks of a thread without a hub that waits for a limited time. */
        private static final long PAUSE = 10_000_000;

        private final InputStream stream;
        private final int descriptor;
        private final DescriptorCalls calls;

        OfStream(InputStream stream, int descriptor, DescriptorCalls calls, String name) {
            super(name);
            this.stream = stream;
            this.descriptor = descriptor;
            this.calls = calls;
        }

        @Override
        Readiness readiness() {
            return new Readiness(this, descriptor, stream);
        }

        @Override
        int read(ByteBuffer into) throws IOException {
            // What the stream has buffered is there whatever the descriptor says.
            return calls.isReadable(descriptor) || stream.available() > 0 ? take(into) : 0;
        }

        private int take(ByteBuffer into) throws IOException {
            int count;
            if (into.hasArray()) {
                count = stream.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
                into.position(into.position() + Math.max(0, count));
            } else {
                byte[] piece = new byte[Math.min(SIZE, into.remaining())];
                count = stream.read(piece);
                into.put(piece, 0, Math.max(0, count));
            }
            return count;
        }

        @Override
        int available() throws IOException {
            return stream.available();
        }

        @Override
        int readOnThread(ByteBuffer into, Readiness readiness, long nanos) throws IOException {
            if (nanos < 0) {
                return take(into);
            }
            long since = Turns.start(nanos);
            long left = nanos;
            int count;
            while ((count = read(into)) == 0 && left > 0) {
                LockSupport.parkNanos(this, Math.min(left, PAUSE)); // nobody tells a thread of a descriptor
                if (Thread.interrupted()) {
                    throw new GreenletInterrupted();
                }
                left = Turns.left(nanos, since);
            }
            return count;
        }
    }

    // ---- reading ----

    @Override
    @Switches
    protected int receive(ByteBuffer into, long nanos) throws IOException {
        Hub hub = Hub.ifExists();
        begin(hub);
        try {
            return hub == null ? source.readOnThread(into, readiness, nanos) : receiveInLoop(into, nanos);
        } finally {
            readiness.release(Interest.READ);
        }
    }

    /** Takes the direction; before, after many reads without a wait, lets others run. */
    private void begin(Hub hub) throws ClosedChannelException {
        if (++unwaited > FAIR && hub != null) {
            if (readiness.isClosed()) {
                throw new ClosedChannelException();
            }
            readiness.checkFree(Interest.READ);
            unwaited = 0;
            hub.yieldNow();
        }
        readiness.acquire(Interest.READ);
    }

    private int receiveInLoop(ByteBuffer into, long nanos) throws IOException {
        long since = Turns.start(nanos);
        while (true) {
            if (!readiness.isDrained(Interest.READ)) {
                int count = source.read(into);
                if (count != 0) {
                    return count;
                }
                readiness.drained(Interest.READ);
            }
            unwaited = 0;
            if (!readiness.await(Interest.READ, Turns.left(nanos, since))) {
                return 0;
            }
        }
    }

    @Override
    @NeverSwitches
    protected int tryReceive(ByteBuffer into) throws IOException {
        readiness.acquire(Interest.READ);
        try {
            return into.hasRemaining() ? source.read(into) : 0;
        } finally {
            readiness.release(Interest.READ);
        }
    }

    /** Nothing while somebody else reads. */
    @Override
    @NeverSwitches
    public int available() throws IOException {
        int count = super.available();
        if (readiness.isClosed() || readiness.isAwaited(Interest.READ)) {
            return count;
        }
        readiness.acquire(Interest.READ);
        try {
            return count + source.available();
        } finally {
            readiness.release(Interest.READ);
        }
    }

    // ---- its end ----

    @Override
    @AnyThread
    public boolean isOpen() {
        return !readiness.isClosed();
    }

    /** Who waits gets {@link AsynchronousCloseException}. Idempotent. */
    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        readiness.close();
        if (whenForgotten != null) {
            whenForgotten.clean();
        }
    }

    @Override
    public String toString() {
        return isOpen() ? source.toString() : "<" + source.name + ", closed>";
    }
}
