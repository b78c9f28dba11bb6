package dev.jevent.io.tls;

import dev.jevent.Hub;
import dev.jevent.io.ByteStream;
import dev.jevent.io.ByteStreamInput;
import dev.jevent.io.ByteStreamOutput;
import dev.jevent.sync.Event;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.IntSupplier;

/**
 * One end of a connection in memory. Each step of a read or write takes some time and may be interrupted; what it moves is
 * as much as {@link #pieces} says.
 */
final class MemoryStream implements ByteStream {
    /** Bytes on their way. */
    private static final class Pipe {
        private final byte[] ring;
        private final Event changed = new Event();
        private long in;
        private long out;
        private long cut = Long.MAX_VALUE; // as many bytes come through, then the end
        private long turned = Long.MAX_VALUE; // the byte that arrives changed
        private int bits;
        private boolean ended;

        Pipe(int capacity) {
            ring = new byte[capacity];
        }

        int put(ByteBuffer from, int most) {
            int count = (int) Math.min(Math.min(most, from.remaining()), ring.length - (in - out));
            for (int i = 0; i < count; i++) {
                byte b = from.get();
                if (in == turned) {
                    b ^= (byte) bits;
                }
                if (in < cut) {
                    ring[(int) (in++ % ring.length)] = b;
                }
            }
            if (in >= cut) {
                ended = true;
            }
            change();
            return count;
        }

        /** -1: the end; 0: nothing there. */
        int take(ByteBuffer into, int most) {
            if (in == out) {
                return ended ? -1 : 0;
            }
            int count = (int) Math.min(Math.min(most, into.remaining()), in - out);
            for (int i = 0; i < count; i++) {
                into.put(ring[(int) (out++ % ring.length)]);
            }
            change();
            return count;
        }

        void change() {
            changed.set();
            changed.clear();
        }
    }

    private final Pipe incoming;
    private final Pipe outgoing;
    private final ByteStreamInput input = new ByteStreamInput(this);
    private final ByteStreamOutput output = new ByteStreamOutput(this);
    private Duration latency = Duration.ZERO;
    private IntSupplier pieces = () -> Integer.MAX_VALUE;
    private boolean closed;
    private Duration timeout;

    private MemoryStream(Pipe incoming, Pipe outgoing) {
        this.incoming = incoming;
        this.outgoing = outgoing;
    }

    /** The two ends. @param capacity bytes that may be on their way, in each direction */
    static MemoryStream[] pair(int capacity) {
        Pipe up = new Pipe(capacity);
        Pipe down = new Pipe(capacity);
        return new MemoryStream[] {new MemoryStream(down, up), new MemoryStream(up, down)};
    }

    /** What each step takes; zero: a turn of the hub. */
    MemoryStream latency(Duration latency) {
        this.latency = latency;
        return this;
    }

    /** How many bytes a step moves at most. */
    MemoryStream pieces(IntSupplier pieces) {
        this.pieces = Objects.requireNonNull(pieces);
        return this;
    }

    /** Lets the other end see the end after as many bytes from here. */
    void cutAfter(long bytes) {
        outgoing.cut = bytes;
    }

    /** Lets the byte at {@code position} from here arrive with other {@code bits}. */
    void turnOver(long position, int bits) {
        outgoing.turned = position;
        outgoing.bits = bits;
    }

    long written() {
        return outgoing.in;
    }

    /** What is on its way to here. */
    long readable() {
        return incoming.in - incoming.out;
    }

    private void begin() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private void step() throws AsynchronousCloseException {
        if (!closed) {
            Hub.current().sleep(latency);
        }
        if (closed) {
            throw new AsynchronousCloseException();
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        begin();
        for (;;) {
            step();
            int count = incoming.take(into, pieces.getAsInt());
            if (count != 0 || !into.hasRemaining()) {
                return count;
            }
            incoming.changed.await();
        }
    }

    @Override
    public int tryRead(ByteBuffer into) throws IOException {
        begin();
        return incoming.take(into, pieces.getAsInt());
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        begin();
        int total = from.remaining();
        while (from.hasRemaining()) {
            step();
            if (outgoing.ended) {
                throw new IOException("broken pipe");
            }
            if (outgoing.put(from, pieces.getAsInt()) == 0) {
                outgoing.changed.await();
            }
        }
        return total;
    }

    @Override
    public int tryWrite(ByteBuffer from) throws IOException {
        begin();
        return outgoing.ended ? 0 : outgoing.put(from, pieces.getAsInt());
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        return read(into[offset]);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            total += write(from[i]);
        }
        return total;
    }

    @Override
    public void shutdownOutput() {
        outgoing.ended = true;
        outgoing.change();
    }

    @Override
    public Duration timeout() {
        return timeout;
    }

    @Override
    public void timeout(Duration timeout) {
        this.timeout = timeout;
    }

    @Override
    public InputStream inputStream() {
        return input;
    }

    @Override
    public OutputStream outputStream() {
        return output;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
        outgoing.ended = true;
        incoming.ended = true;
        outgoing.change();
        incoming.change();
    }

    @Override
    public String toString() {
        return "<MemoryStream" + (closed ? " closed>" : ">");
    }
}
