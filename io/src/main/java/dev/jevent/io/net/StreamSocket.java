package dev.jevent.io.net;

import dev.jevent.Durations;
import dev.jevent.Interest;
import dev.jevent.Waiter;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.ByteStream;
import dev.jevent.io.ByteStreamInput;
import dev.jevent.io.ByteStreamOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;

/**
 * A connection, or what becomes one: a {@link SocketChannel} in non-blocking mode that waits cooperatively. Each operation
 * is tried first; it switches only if it would block, or after {@value #FAIR} operations that didn't, so that a busy
 * connection doesn't starve others.
 *
 * <p>Greenlets of several hubs may use it, one after the other or one in each direction.
 */
public abstract sealed class StreamSocket extends ChannelSocket<SocketChannel> implements ByteStream permits TcpSocket, UnixSocket {
    /** Operations, or pieces of one, without a wait before others get their turn. */
    private static final int FAIR = 64;

    /** The JDK copies heap buffers whole, however little the socket takes or gives, and keeps the copies' memory. */
    private static final int PIECE = 128 * 1024;

    private final ByteStreamInput input = new ByteStreamInput(this);
    private final ByteStreamOutput output = new ByteStreamOutput(this);

    final Transport transport;
    private volatile boolean outputShutdown;
    private long bytesRead;
    private long bytesWritten;

    StreamSocket(SocketChannel channel) throws IOException {
        super(channel, FAIR);
        transport = new Transport(channel);
    }

    // ---- connecting ----

    /**
     * Connects to {@code address}. If that fails, for whatever reason, this is closed.
     *
     * @param timeout null: as long as the system tries
     * @throws ConnectException if it is refused
     * @throws SocketTimeoutException if it wasn't accepted in time
     * @throws AlreadyConnectedException and the connection stays
     * @throws ConnectionPendingException if an earlier one goes on; and it does
     */
    @Switches
    void connectTo(SocketAddress address, Duration timeout) throws IOException {
        long nanos = timeout == null ? -1 : Durations.nanos("timeout", timeout);
        readiness.acquire(Interest.WRITE);
        boolean connected = true;
        try {
            if (channel.isConnected()) {
                throw new AlreadyConnectedException();
            }
            if (channel.isConnectionPending()) {
                throw new ConnectionPendingException();
            }
            connected = false;
            connected = channel.connect(address);
            long start = nanos < 0 || connected ? 0 : Waiter.current().nanoTime();
            while (!connected) {
                if (!await(Interest.WRITE, nanos, start)) {
                    throw new SocketTimeoutException("connect to " + address + " timed out after " + timeout);
                }
                connected = channel.finishConnect();
            }
        } catch (ConnectException e) {
            throw located(new ConnectException(e.getMessage() + ": " + address), e);
        } catch (NoRouteToHostException e) {
            throw located(new NoRouteToHostException(e.getMessage() + ": " + address), e);
        } finally {
            readiness.release(Interest.WRITE);
            if (!connected) {
                close();
            }
        }
    }

    /** The system's error, and the address, which the JDK leaves out. */
    private static <E extends IOException> E located(E error, IOException cause) {
        error.initCause(cause);
        return error;
    }

    public boolean isConnected() {
        return channel.isConnected();
    }

    // ---- reading ----

    @Override
    @Switches
    public int read(ByteBuffer into) throws IOException {
        begin(Interest.READ);
        try {
            if (!into.hasRemaining()) {
                return 0;
            }
            long nanos = nanos();
            long start = 0;
            for (boolean waited = false; ; waited = true) {
                if (!readiness.isDrained(Interest.READ)) {
                    int count = readPiece(into);
                    if (count != 0) {
                        return count;
                    }
                    readiness.drained(Interest.READ);
                }
                start = await(Interest.READ, nanos, start, waited, 0);
            }
        } finally {
            readiness.release(Interest.READ);
        }
    }

    private int readPiece(ByteBuffer into) throws IOException {
        int limit = into.limit();
        int offered = limit - into.position();
        if (offered > PIECE && !into.isDirect()) {
            offered = PIECE;
            into.limit(into.position() + PIECE);
        }
        try {
            return (int) received(transport.read(into), offered);
        } finally {
            into.limit(limit);
        }
    }

    @Override
    @Switches
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        begin(Interest.READ);
        try {
            if (remaining(into, offset, length) == 0) {
                return 0;
            }
            long nanos = nanos();
            long start = 0;
            for (boolean waited = false; ; waited = true) {
                if (!readiness.isDrained(Interest.READ)) {
                    long count = readPiece(into, offset, length);
                    if (count != 0) {
                        return count;
                    }
                    readiness.drained(Interest.READ);
                }
                start = await(Interest.READ, nanos, start, waited, 0);
            }
        } finally {
            readiness.release(Interest.READ);
        }
    }

    private long readPiece(ByteBuffer[] into, int offset, int length) throws IOException {
        int end = endOfPiece(into, offset, length);
        ByteBuffer last = into[end - 1];
        int limit = last.limit();
        last.limit(limit - beyondPiece(into, offset, end));
        try {
            long offered = remaining(into, offset, end - offset);
            return received(channel.read(into, offset, end - offset), offered);
        } finally {
            last.limit(limit);
        }
    }

    @Override
    @NeverSwitches
    public int tryRead(ByteBuffer into) throws IOException {
        readiness.acquire(Interest.READ);
        try {
            return into.hasRemaining() ? readPiece(into) : 0;
        } finally {
            readiness.release(Interest.READ);
        }
    }

    /** @param offered how much there was room for */
    private long received(long count, long offered) {
        if (count > 0) {
            bytesRead += count;
            if (count < offered) {
                readiness.drained(Interest.READ); // so the next read would find nothing
            }
        }
        return count;
    }

    // ---- writing ----

    @Override
    @Switches
    public int write(ByteBuffer from) throws IOException {
        begin(Interest.WRITE);
        try {
            int total = from.remaining();
            long nanos = nanos();
            long start = 0;
            boolean waited = false;
            for (int pieces = 1; from.hasRemaining(); pieces++) {
                if (writePiece(from) == 0 || pieces % FAIR == 0 && from.hasRemaining()) {
                    start = await(Interest.WRITE, nanos, start, waited, total - from.remaining());
                    waited = true;
                }
            }
            return total;
        } finally {
            readiness.release(Interest.WRITE);
        }
    }

    private int writePiece(ByteBuffer from) throws IOException {
        int count;
        if (from.isDirect() || from.remaining() <= PIECE) {
            count = transport.write(from);
        } else {
            int limit = from.limit();
            from.limit(from.position() + PIECE);
            try {
                count = transport.write(from);
            } finally {
                from.limit(limit);
            }
        }
        bytesWritten += count;
        return count;
    }

    @Override
    @Switches
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        begin(Interest.WRITE);
        try {
            long total = remaining(from, offset, length);
            long nanos = nanos();
            long start = 0;
            boolean waited = false;
            int pieces = 1;
            for (long left = total; left > 0; pieces++) {
                long count = writePiece(from, offset, length);
                left -= count;
                if (count == 0 || pieces % FAIR == 0 && left > 0) {
                    start = await(Interest.WRITE, nanos, start, waited, total - left);
                    waited = true;
                }
            }
            return total;
        } finally {
            readiness.release(Interest.WRITE);
        }
    }

    private long writePiece(ByteBuffer[] from, int offset, int length) throws IOException {
        int end = endOfPiece(from, offset, length);
        ByteBuffer last = from[end - 1];
        int limit = last.limit();
        last.limit(limit - beyondPiece(from, offset, end));
        try {
            long count = channel.write(from, offset, end - offset);
            bytesWritten += count;
            return count;
        } finally {
            last.limit(limit);
        }
    }

    /** Behind the buffer in which a piece ends. Direct ones aren't copied, and don't count. */
    private static int endOfPiece(ByteBuffer[] buffers, int offset, int length) {
        long copied = 0;
        int end = offset;
        while (end < offset + length && copied < PIECE) {
            copied += buffers[end].isDirect() ? 0 : buffers[end].remaining();
            end++;
        }
        return end;
    }

    /** How many bytes of the last buffer are too many for a piece. */
    private static int beyondPiece(ByteBuffer[] buffers, int offset, int end) {
        long copied = 0;
        for (int i = offset; i < end; i++) {
            copied += buffers[i].isDirect() ? 0 : buffers[i].remaining();
        }
        return (int) Math.max(0, copied - PIECE);
    }

    @Override
    @NeverSwitches
    public int tryWrite(ByteBuffer from) throws IOException {
        readiness.acquire(Interest.WRITE);
        try {
            int total = from.remaining();
            while (from.hasRemaining() && writePiece(from) > 0) {
                // as long as it goes
            }
            return total - from.remaining();
        } finally {
            readiness.release(Interest.WRITE);
        }
    }

    /**
     * Writes bytes of {@code file} without bringing them into this process where the system can; neither position changes.
     * Reading the file blocks, as any file does, where it isn't in memory.
     *
     * @return how many bytes: fewer than {@code count} only where the file ends
     * @throws SocketTimeoutException when {@link #timeout()} is over; {@code bytesTransferred} says how many were written
     */
    @Switches
    public long send(FileChannel file, long position, long count) throws IOException {
        if (position < 0) {
            throw new IllegalArgumentException("position: " + position + " (expected: >= 0)");
        }
        if (count < 0) {
            throw new IllegalArgumentException("count: " + count + " (expected: >= 0)");
        }
        begin(Interest.WRITE);
        try {
            long nanos = nanos();
            long sent = 0;
            long start = 0;
            boolean waited = false;
            for (int pieces = 1; sent < count && position + sent < file.size(); pieces++) {
                long step = file.transferTo(position + sent, count - sent, channel);
                sent += step;
                bytesWritten += step;
                if ((step == 0 || pieces % FAIR == 0) && sent < count && position + sent < file.size()) {
                    start = await(Interest.WRITE, nanos, start, waited, sent);
                    waited = true;
                }
            }
            return sent;
        } finally {
            readiness.release(Interest.WRITE);
        }
    }

    private static long remaining(ByteBuffer[] buffers, int offset, int length) {
        long remaining = 0;
        for (int i = offset; i < offset + length; i++) {
            remaining += buffers[i].remaining();
        }
        return remaining;
    }

    @Override
    final String verb(Interest interest) {
        return interest == Interest.READ ? "read" : "write";
    }

    // ---- streams ----

    @Override
    public InputStream inputStream() {
        return input;
    }

    @Override
    public OutputStream outputStream() {
        return output;
    }

    /** Since the beginning. After an operation that was killed half-way it tells what it had done. */
    public long bytesRead() {
        return bytesRead;
    }

    public long bytesWritten() {
        return bytesWritten;
    }

    public SocketAddress remoteAddress() throws IOException {
        return channel.getRemoteAddress();
    }

    @Override
    public StreamSocket bind(SocketAddress local) throws IOException {
        super.bind(local);
        return this;
    }

    @Override
    public <T> StreamSocket setOption(SocketOption<T> name, T value) throws IOException {
        super.setOption(name, value);
        return this;
    }

    // ---- its end ----

    @Override
    @NeverSwitches
    public void shutdownOutput() throws IOException {
        checkOpen();
        if (!outputShutdown) {
            transport.shutdownOutput();
            outputShutdown = true;
            readiness.poke(Interest.WRITE); // who waits there finds it closed
        }
    }

    /** Whoever reads finds the end of the stream, also who waits for bytes now. Idempotent. */
    @NeverSwitches
    public void shutdownInput() throws IOException {
        checkOpen();
        transport.shutdownInput();
        readiness.poke(Interest.READ);
    }

    public boolean isOutputShutdown() {
        return outputShutdown;
    }
}
