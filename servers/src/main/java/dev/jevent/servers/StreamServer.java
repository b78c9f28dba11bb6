package dev.jevent.servers;

import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.Switches;
import dev.jevent.io.Readiness;
import dev.jevent.io.net.ServerStreamSocket;
import dev.jevent.io.net.StreamSocket;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.UnixServerSocket;
import dev.jevent.io.tls.TlsStream;
import dev.jevent.sync.Pool;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * A greenlet for each connection: TCP or UNIX, with TLS if wanted.
 *
 * <pre>{@code
 * StreamServer.on(7777, socket -> socket.inputStream().transferTo(socket.outputStream())).serveForever();
 * }</pre>
 *
 * <p>Or subclassed, with {@link #handle} overridden. A connection is closed when its handler has returned or failed, unless it was
 * {@linkplain Connection#detach detached}.
 *
 * <p><b>TLS.</b> The handshake is done in the connection's greenlet, so a slow client keeps nobody but itself. One that fails ends
 * the connection; {@link #handshakeFailed} is told.
 */
public abstract non-sealed class StreamServer extends Server {
    /** What is done with one connection, in its greenlet. */
    @FunctionalInterface
    public interface Handler {
        @Switches
        void handle(Connection connection) throws Exception;
    }

    private volatile ServerStreamSocket<?> listener; // null: not bound yet
    private volatile Spread spread; // null: it serves alone, or beside others that listen themselves
    private volatile Object socketFile; // that this has made; null: none, or deleted
    private int backlog = 1024;
    private volatile Tls tls; // null: none
    private volatile Duration handshakeTimeout = Duration.ofSeconds(10);
    private final AtomicLong failedHandshakes = new AtomicLong();

    private record Tls(SSLContext context, SSLParameters parameters) {}

    /** @param address as {@link Server#address} makes it, or any that is bound or looked up when this starts */
    protected StreamServer(SocketAddress address) {
        super(Objects.requireNonNull(address, "address"));
        if (!(address instanceof InetSocketAddress || address instanceof UnixDomainSocketAddress)) {
            throw new IllegalArgumentException("address: " + address + " (expected: of the internet, or of a UNIX socket)");
        }
    }

    /** @param listener bound; belongs to this from now on */
    protected StreamServer(ServerStreamSocket<?> listener) {
        super(null);
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /** On all addresses. @param port 0: any that is free, as {@link #port()} tells after the start */
    public static StreamServer on(int port, Handler handler) {
        return on(new InetSocketAddress(port), handler);
    }

    /** @param address as for {@link Server#address} */
    public static StreamServer on(String address, Handler handler) {
        return on(address(address), handler);
    }

    public static StreamServer on(SocketAddress address, Handler handler) {
        return new WithHandler(address, handler);
    }

    /** On an open socket, which belongs to the server from now on. */
    public static StreamServer on(ServerStreamSocket<?> listener, Handler handler) {
        return new WithHandler(listener, handler);
    }

    private static final class WithHandler extends StreamServer {
        private final Handler handler;

        WithHandler(SocketAddress address, Handler handler) {
            super(address);
            this.handler = Objects.requireNonNull(handler, "handler");
        }

        WithHandler(ServerStreamSocket<?> listener, Handler handler) {
            super(listener);
            this.handler = Objects.requireNonNull(handler, "handler");
        }

        @Override
        protected void handle(Connection connection) throws Exception {
            handler.handle(connection);
        }

        @Override
        Object handler() {
            return handler;
        }
    }

    // ---- what is done with a connection ----

    /** In the connection's own greenlet, after the handshake if there is one. Then the connection is closed. */
    @Switches
    protected abstract void handle(Connection connection) throws Exception;

    /**
     * A handshake has failed, or was not done in time. Does nothing: whoever scans ports would fill the log. It is counted by
     * {@link #failedHandshakes()}.
     */
    protected void handshakeFailed(Connection connection, IOException error) {}

    // ---- configuration ----

    /** How many connections may wait to be accepted; the system has its own limit, too. */
    public StreamServer backlog(int connections) {
        if (connections < 1) {
            throw new IllegalArgumentException("connections: " + connections + " (expected: > 0)");
        }
        checkNotStarted("backlog");
        if (listener != null && listener.isOpen()) {
            throw new IllegalStateException("backlog: " + listener + " is bound (expected: set where it was)");
        }
        backlog = connections;
        return this;
    }

    /**
     * Speaks TLS. Any time: connections that come later get {@code context}, those that are there keep theirs. So a renewed
     * certificate needs a new {@link dev.jevent.io.tls.TlsContexts context}, and no restart.
     */
    @AnyThread
    public StreamServer tls(SSLContext context) {
        return tls(context, new SSLParameters());
    }

    /** @param parameters what clients have to show, application protocols and others; as for {@link TlsStream#server} */
    @AnyThread
    public StreamServer tls(SSLContext context, SSLParameters parameters) {
        tls = new Tls(Objects.requireNonNull(context, "context"), Objects.requireNonNull(parameters, "parameters"));
        return this;
    }

    /** How long a TLS handshake may take, 10 s at the start. Any time. */
    @AnyThread
    public StreamServer handshakeTimeout(Duration timeout) {
        if (Durations.nanos("timeout", timeout) == 0) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
        }
        handshakeTimeout = timeout;
        return this;
    }

    @Override
    public StreamServer limit(int handlers) {
        super.limit(handlers);
        return this;
    }

    @Override
    public StreamServer pool(Pool pool) {
        super.pool(pool);
        return this;
    }

    @Override
    public StreamServer maxAccept(int count) {
        super.maxAccept(count);
        return this;
    }

    @Override
    public StreamServer backOff(Duration least, Duration most) {
        super.backOff(least, most);
        return this;
    }

    @Override
    public StreamServer stopTimeout(Duration grace) {
        super.stopTimeout(grace);
        return this;
    }

    // ---- connections ----

    /**
     * Handles a connection that came in elsewhere: at another listener, or on another hub. It belongs to this from now on, also
     * if this throws. Waits while no handler may be begun.
     *
     * @throws IllegalStateException if this isn't started
     */
    @AnyThread
    @Switches
    public void adopt(StreamSocket socket) throws IOException {
        boolean begun = false;
        try {
            if (!started()) {
                throw new IllegalStateException(this + " takes no connections (expected: STARTED)");
            }
            Handling handling = new Handling(this, new Connection(this, socket));
            begin(handling);
            begun = true;
            handling.rawLink(Handling::over); // after it has left its pool
        } finally {
            if (!begun) {
                socket.close();
            }
        }
    }

    @Override
    final boolean takeOne() throws IOException {
        StreamSocket socket = listener.tryAccept();
        if (socket == null) {
            return false;
        }
        Spread all = spread;
        (all == null ? this : all.next()).adopt(socket);
        return true;
    }

    /** Whose it is: the first of them accepts for all. */
    final void spread(Spread over) {
        spread = over;
    }

    @Override
    final boolean awaitRoom() {
        Spread all = spread;
        return all == null ? super.awaitRoom() : all.awaitRoom(acceptor());
    }

    /** A connection's greenlet. */
    private static final class Handling extends Greenlet<Void> {
        private final StreamServer server;
        private final Connection connection;
        private volatile boolean begun;

        Handling(StreamServer server, Connection connection) {
            super(server.hub());
            this.server = server;
            this.connection = connection;
        }

        @Override
        protected Void run() throws Exception {
            begun = true;
            Throwable error = null;
            try {
                if (server.shakeHands(connection)) {
                    server.handle(connection);
                }
            } catch (Throwable e) {
                error = e;
                throw e;
            } finally {
                closed(error);
            }
            return null;
        }

        /** It has ended, perhaps killed before its first turn. In the hub greenlet of who accepted. */
        static void over(Greenlet<?> ended) {
            Handling handling = (Handling) ended;
            if (!handling.begun) {
                handling.closed(null);
            }
            Spread all = handling.server.spread;
            (all == null ? handling.server : all.first()).released();
        }

        private void closed(Throwable error) {
            try {
                connection.ended();
            } catch (IOException e) {
                hub().handleError(connection, e);
            } finally {
                server.ended(error);
            }
        }

        @Override
        public String toString() {
            return "<handler of " + connection + " at " + Integer.toHexString(System.identityHashCode(this)) + ">";
        }
    }

    /** @return whether the connection is ready for its handler */
    private boolean shakeHands(Connection connection) {
        Tls mine = tls;
        if (mine == null) {
            return true;
        }
        TlsStream stream = TlsStream.server(connection.socket(), mine.context, mine.parameters);
        connection.encrypted(stream);
        stream.timeout(handshakeTimeout);
        try {
            stream.handshake();
        } catch (IOException e) {
            failedHandshakes.getAndIncrement();
            handshakeFailed(connection, e);
            return false;
        }
        stream.timeout(null);
        return true;
    }

    @AnyThread
    public long failedHandshakes() {
        return failedHandshakes.get();
    }

    // ---- the listener ----

    @Override
    final void open(SocketAddress at, boolean shared) throws IOException {
        if (at instanceof UnixDomainSocketAddress path) {
            UnixServerSocket bound = UnixPaths.bind(path.getPath(), backlog);
            socketFile = UnixPaths.keyOrClose(path.getPath(), bound);
            listener = bound;
            boundOrClose();
        } else if (at != null) {
            listener = shared ? SharedPorts.listen((InetSocketAddress) at, backlog)
                    : TcpServerSocket.bind((InetSocketAddress) at, backlog);
        } else if (listener.getLocalAddress() == null) {
            String unbound = "listener: " + listener + " (expected: a bound one)";
            listener.close();
            throw new IllegalStateException(unbound);
        }
    }

    /** It listens at its path, and accepts nobody yet. */
    void bound() throws IOException {}

    private void boundOrClose() throws IOException {
        boolean done = false;
        try {
            bound();
            done = true;
        } finally {
            if (!done) {
                closeListener();
            }
        }
    }

    @Override
    final void stopListening() throws IOException {
        closeListener();
    }

    @Override
    final void closeListener() throws IOException {
        ServerStreamSocket<?> mine = listener;
        if (mine != null) {
            Object file = socketFile;
            socketFile = null;
            if (file != null) {
                UnixPaths.deleteIf(file, ((UnixDomainSocketAddress) mine.getLocalAddress()).getPath());
            }
            mine.close();
        }
    }

    @Override
    final Readiness listening() {
        return listener.readiness();
    }

    @Override
    final SocketAddress boundTo() throws IOException {
        ServerStreamSocket<?> mine = listener;
        return mine == null ? null : mine.getLocalAddress();
    }
}
