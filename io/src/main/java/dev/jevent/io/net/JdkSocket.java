package dev.jevent.io.net;

import dev.jevent.Interest;
import dev.jevent.io.Readiness;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * What is behind a {@link java.net.Socket}: a channel in non-blocking mode. Its operations wait as the thread that calls them
 * does, see {@link Gate}; so a socket may go from a greenlet to a thread without a hub and back.
 *
 * <pre>
 *   NEW ── create() ──▶ CREATED ── connect(), accepted() ──▶ CONNECTED
 *                          └────────── close() ──▶ CLOSED ◀──────┘
 * </pre>
 */
final class JdkSocket extends JdkChannel<SocketChannel> {
    /** Operations without a wait before others get their turn. */
    private static final int FAIR = 64;

    /** The JDK copies a heap buffer whole, however little the socket takes of it, and keeps the copy's memory. */
    private static final int PIECE = 128 * 1024;

    private static final String TYPE = "Socket";
    private static final int AHEAD = 8 * 1024;
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private Gate reading;
    private Gate writing;
    private Transport transport;
    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;
    private int unwaited; // a hint, so a race doesn't matter

    // For those whose turn it is.
    private ByteBuffer into = EMPTY; // of the array that was read into last, as a rule always the same
    private ByteBuffer from = EMPTY;
    private ByteBuffer ahead; // what available() has read
    private IOException aheadFailure;

    /** @param cooperative whether greenlets wait in their loop */
    JdkSocket(BooleanSupplier cooperative) {
        super(cooperative);
    }

    /** A view of {@code viewed}. */
    JdkSocket(TcpSocket viewed) {
        super(viewed);
        transport = viewed.transport;
        use(viewed.channel(), viewed.readiness());
    }

    @Override
    Gate[] gates(SocketChannel channel, Readiness readiness) {
        if (transport == null) {
            transport = new Transport(channel);
        }
        reading = new Gate(channel, readiness, Interest.READ, SelectionKey.OP_READ, cooperative);
        writing = new Gate(channel, readiness, Interest.WRITE, SelectionKey.OP_WRITE, cooperative);
        return new Gate[] {reading, writing};
    }

    // ---- its life ----

    @Override
    protected void create(boolean stream) throws IOException {
        if (!stream) {
            throw new IOException("datagrams on a stream socket");
        }
        if (channel == null) {
            own(channels().openSocketChannel(), TYPE);
        }
    }

    /** Takes over a connection that a server socket has accepted; closes it if that fails. */
    void accepted(SocketChannel accepted) throws IOException {
        own(accepted, TYPE);
        connected();
    }

    /** Tells the {@link java.net.Socket} whose it is connected to. */
    void connected() throws IOException {
        InetSocketAddress remote = (InetSocketAddress) channel.getRemoteAddress();
        fd = new FileDescriptor();
        address = remote.getAddress();
        port = remote.getPort();
        localport = ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    @Override
    protected void bind(InetAddress host, int port) throws IOException {
        try {
            SocketChannel open = open();
            open.bind(new InetSocketAddress(host, port));
            localport = ((InetSocketAddress) open.getLocalAddress()).getPort();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    protected void connect(String host, int port) throws IOException {
        connect(new InetSocketAddress(host, port), 0);
    }

    @Override
    protected void connect(InetAddress address, int port) throws IOException {
        connect(new InetSocketAddress(address, port), 0);
    }

    @Override
    protected void connect(SocketAddress to, int timeoutMillis) throws IOException {
        InetSocketAddress target = (InetSocketAddress) to;
        boolean connected = false;
        try {
            if (target.isUnresolved()) {
                throw new UnknownHostException(target.getHostString());
            }
            address = target.getAddress();
            port = target.getPort();
            connectChannel(target, timeoutMillis == 0 ? -1 : timeoutMillis * 1_000_000L);
            localport = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            connected = true;
        } catch (SocketTimeoutException | UnknownHostException e) {
            throw e;
        } catch (InterruptedIOException e) {
            throw new SocketException("Closed by interrupt");
        } catch (IOException e) {
            throw failure(e);
        } finally {
            if (!connected) {
                close(); // half-made, of use to nobody; also when the greenlet was killed
            }
        }
    }

    private void connectChannel(InetSocketAddress target, long nanos) throws IOException {
        Gate gate = writing;
        open();
        gate.enter();
        try {
            SocketChannel open = open();
            boolean done = open.connect(target);
            long start = done || nanos < 0 ? 0 : gate.nanoTime();
            while (!done) {
                long left = nanos < 0 ? -1 : Math.max(0, nanos - (gate.nanoTime() - start));
                if (!gate.await(left)) {
                    throw new SocketTimeoutException("Connect timed out");
                }
                done = open.finishConnect();
            }
        } finally {
            gate.leave();
            Reference.reachabilityFence(this);
        }
    }

    @Override
    protected void listen(int backlog) throws IOException {
        throw new SocketException("a socket that connects cannot listen");
    }

    @Override
    protected void accept(SocketImpl into) throws IOException {
        throw new SocketException("a socket that connects cannot accept");
    }

    @Override
    protected void shutdownInput() throws IOException {
        try {
            open();
            transport.shutdownInput();
            inputShutdown = true;
            reading.poke(); // who waits there finds the end of the stream
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    protected void shutdownOutput() throws IOException {
        try {
            open();
            transport.shutdownOutput();
            outputShutdown = true;
            writing.poke();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    // ---- reading ----

    @Override
    protected InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return JdkSocket.this.read(bytes, offset, length);
            }

            @Override
            public int available() throws IOException {
                return JdkSocket.this.available();
            }

            @Override
            public void close() throws IOException {
                JdkSocket.this.close();
            }
        };
    }

    private int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        open();
        if (length == 0) {
            return 0;
        }
        Gate gate = reading;
        enter(gate);
        try {
            if (ahead != null || aheadFailure != null) {
                return readAhead(bytes, offset, length);
            }
            ByteBuffer buffer = into;
            if (buffer.array() != bytes) {
                into = buffer = ByteBuffer.wrap(bytes);
            }
            buffer.clear().position(offset).limit(offset + Math.min(length, PIECE));
            return inputShutdown ? -1 : read(gate, buffer);
        } catch (InterruptedIOException e) { // the time is over; or an interrupt, for which the Socket closes itself
            throw e;
        } catch (IOException e) {
            throw failure(e);
        } finally {
            gate.leave();
            Reference.reachabilityFence(this);
        }
    }

    private int read(Gate gate, ByteBuffer buffer) throws IOException {
        if (++unwaited > FAIR) {
            unwaited = 0;
            gate.yield();
        }
        long nanos = soTimeoutNanos();
        long start = -1;
        while (true) {
            if (!gate.isDrained()) {
                int count = transport.read(buffer);
                if (count != 0) {
                    if (count > 0 && buffer.hasRemaining()) {
                        gate.drained(); // a short read, so the next one would find nothing
                    }
                    return count;
                }
                gate.drained();
            }
            unwaited = 0;
            long left = -1;
            if (nanos > 0) {
                long now = gate.nanoTime();
                start = start == -1 ? now : start;
                left = Math.max(0, nanos - (now - start));
            }
            if (!gate.await(left)) {
                throw new SocketTimeoutException("Read timed out");
            }
        }
    }

    private int readAhead(byte[] bytes, int offset, int length) throws IOException {
        if (ahead == null) {
            IOException failure = aheadFailure;
            aheadFailure = null;
            throw failure;
        }
        int count = Math.min(length, ahead.remaining());
        ahead.get(bytes, offset, count);
        if (!ahead.hasRemaining()) {
            ahead = null;
        }
        return count;
    }

    /** The system tells channels no count, so this reads what is there and keeps it for the next read. */
    @Override
    protected int available() throws IOException {
        open();
        try {
            if (!reading.tryEnter()) {
                return 0; // somebody waits for bytes: there are none
            }
        } catch (IOException e) {
            throw failure(e);
        }
        try {
            if (ahead == null && aheadFailure == null && !inputShutdown) {
                ByteBuffer buffer = ByteBuffer.allocate(AHEAD);
                try {
                    if (transport.read(buffer) > 0) {
                        ahead = buffer.flip();
                    }
                } catch (IOException e) {
                    if (isClosed()) {
                        throw failure(e);
                    }
                    aheadFailure = e; // for the next read
                }
            }
            return ahead == null ? 0 : ahead.remaining();
        } finally {
            reading.leave();
        }
    }

    // ---- writing ----

    @Override
    protected OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                JdkSocket.this.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                JdkSocket.this.close();
            }
        };
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        open();
        if (length == 0) {
            return;
        }
        Gate gate = writing;
        enter(gate);
        try {
            ByteBuffer buffer = from;
            if (buffer.array() != bytes) {
                from = buffer = ByteBuffer.wrap(bytes);
            }
            if (++unwaited > FAIR) {
                unwaited = 0;
                gate.yield();
            }
            int end = offset + length;
            buffer.clear().position(offset);
            while (buffer.position() < end) {
                buffer.limit(Math.min(end, buffer.position() + PIECE));
                if (transport.write(buffer) == 0) {
                    unwaited = 0;
                    gate.await(-1);
                }
            }
        } catch (InterruptedIOException e) {
            throw e; // the Socket closes itself
        } catch (IOException e) {
            throw failure(e);
        } finally {
            gate.leave();
            Reference.reachabilityFence(this);
        }
    }

    @Override
    protected boolean supportsUrgentData() {
        return true;
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        try {
            open().socket().sendUrgentData(data);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public String toString() {
        return describe(TYPE);
    }
}
