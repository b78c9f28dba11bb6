package dev.jevent.io.net;

import dev.jevent.Interest;
import dev.jevent.io.Readiness;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** What is behind a {@link java.net.ServerSocket}, as {@link JdkSocket} is behind a socket. */
final class JdkServerSocket extends SocketImpl {
    /** Connections taken without a wait before others get their turn. */
    private static final int FAIR = 16;

    private final BooleanSupplier cooperative;
    private final TcpServerSocket viewed; // null: the channel is this socket's own

    private volatile ServerSocketChannel channel;
    private Readiness readiness;
    private Gate accepting;
    private Cleaner.Cleanable whenForgotten; // null: viewed has an end of its own

    private InetSocketAddress toBind;
    private volatile boolean closed;
    private volatile int soTimeout; // milliseconds; 0: none
    private int unwaited;

    /** @param cooperative whether greenlets wait in their loop */
    JdkServerSocket(BooleanSupplier cooperative) {
        this.cooperative = cooperative;
        viewed = null;
    }

    /** A view of {@code viewed}. */
    JdkServerSocket(TcpServerSocket viewed) {
        cooperative = () -> true;
        this.viewed = viewed;
        use(viewed.channel(), viewed.readiness());
    }

    private void use(ServerSocketChannel channel, Readiness readiness) {
        this.readiness = readiness;
        accepting = new Gate(channel, readiness, Interest.READ, SelectionKey.OP_ACCEPT, cooperative);
        this.channel = channel;
    }

    @Override
    protected void create(boolean stream) throws IOException {
        if (channel != null) {
            return;
        }
        ServerSocketChannel opened = JdkSocket.channels().openServerSocketChannel();
        try {
            opened.configureBlocking(false);
            use(opened, new Readiness(new SocketNames.Named("ServerSocket", opened), opened));
            whenForgotten = Forgotten.closeAfter(this, readiness, accepting);
        } catch (Throwable e) {
            opened.close();
            throw e;
        }
    }

    private ServerSocketChannel open() throws SocketException {
        ServerSocketChannel open = channel;
        if (open == null) {
            throw new SocketException("Socket not created");
        }
        if (closed || readiness.isClosed()) {
            throw new SocketException("Socket closed");
        }
        return open;
    }

    private SocketException failure(IOException e) {
        return JdkErrors.of(e, closed || readiness.isClosed());
    }

    /** The channel binds and listens in one step, in {@link #listen}. */
    @Override
    protected void bind(InetAddress host, int port) throws IOException {
        open();
        address = host;
        toBind = new InetSocketAddress(host, port);
    }

    @Override
    protected void listen(int backlog) throws IOException {
        try {
            ServerSocketChannel open = open();
            if (open.getLocalAddress() == null) {
                open.bind(toBind, backlog);
            }
            InetSocketAddress local = (InetSocketAddress) open.getLocalAddress();
            localport = local.getPort();
            if (viewed != null) {
                address = local.getAddress();
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    protected void accept(SocketImpl into) throws IOException {
        if (!(into instanceof JdkSocket socket)) {
            throw new SocketException("An instance of " + getClass().getName() + " cannot accept a connection with an instance of "
                    + into.getClass().getName());
        }
        if (socket.isView()) {
            socket.connected(); // long since; only its Socket has to learn it
        } else {
            socket.accepted(accept());
        }
    }

    private SocketChannel accept() throws IOException {
        Gate gate = accepting;
        open();
        try {
            gate.enter();
        } catch (IOException e) {
            throw failure(e);
        }
        try {
            if (++unwaited > FAIR) {
                unwaited = 0;
                gate.yield();
            }
            ServerSocketChannel open = open();
            long nanos = soTimeout * 1_000_000L;
            long start = nanos == 0 ? 0 : gate.nanoTime();
            while (true) {
                SocketChannel accepted = open.accept();
                if (accepted != null) {
                    return accepted;
                }
                unwaited = 0;
                if (!gate.await(nanos == 0 ? -1 : Math.max(0, nanos - (gate.nanoTime() - start)))) {
                    throw new SocketTimeoutException("Accept timed out");
                }
            }
        } catch (InterruptedIOException e) { // the time is over; or an interrupt, for which the ServerSocket closes itself
            throw e;
        } catch (IOException e) {
            throw failure(e);
        } finally {
            gate.leave();
            Reference.reachabilityFence(this);
        }
    }

    @Override
    protected void close() throws IOException {
        closed = true;
        if (channel != null) {
            if (viewed != null) {
                viewed.close();
            } else {
                closeGates();
                try {
                    readiness.close();
                } finally {
                    whenForgotten.clean();
                }
            }
        }
    }

    /** Tells threads without a hub that {@link #viewed} is being closed. */
    void closeGates() {
        accepting.close();
    }

    // ---- options ----

    @Override
    public void setOption(int id, Object value) throws SocketException {
        ServerSocketChannel open = open();
        if (id == SO_TIMEOUT) {
            soTimeout = (Integer) value;
        } else {
            JdkOptions.set(open, id, value);
        }
    }

    @Override
    public Object getOption(int id) throws SocketException {
        ServerSocketChannel open = open();
        return id == SO_TIMEOUT ? (Object) soTimeout : JdkOptions.get(open, id);
    }

    @Override
    protected <T> void setOption(SocketOption<T> name, T value) throws IOException {
        try {
            open().setOption(name, value);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    protected <T> T getOption(SocketOption<T> name) throws IOException {
        try {
            return open().getOption(name);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        return JdkOptions.of(channel);
    }

    @Override
    public String toString() {
        return channel == null ? "<JdkServerSocket, not created>" : SocketNames.of("ServerSocket", channel, closed);
    }

    // ---- what only connections can ----

    private static SocketException notConnected() {
        return new SocketException("a socket that accepts has no connection");
    }

    @Override
    protected void connect(String host, int port) throws IOException {
        throw notConnected();
    }

    @Override
    protected void connect(InetAddress address, int port) throws IOException {
        throw notConnected();
    }

    @Override
    protected void connect(SocketAddress address, int timeoutMillis) throws IOException {
        throw notConnected();
    }

    @Override
    protected InputStream getInputStream() throws IOException {
        throw notConnected();
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        throw notConnected();
    }

    @Override
    protected int available() throws IOException {
        throw notConnected();
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        throw notConnected();
    }
}
