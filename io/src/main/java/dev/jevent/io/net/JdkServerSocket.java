package dev.jevent.io.net;

import dev.jevent.Interest;
import dev.jevent.io.Readiness;
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
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.BooleanSupplier;

/** What is behind a {@link java.net.ServerSocket}, as {@link JdkSocket} is behind a socket. */
final class JdkServerSocket extends JdkChannel<ServerSocketChannel> {
    /** Connections taken without a wait before others get their turn. */
    private static final int FAIR = 16;

    private static final String TYPE = "ServerSocket";

    private Gate accepting;
    private InetSocketAddress toBind;
    private int unwaited;

    /** @param cooperative whether greenlets wait in their loop */
    JdkServerSocket(BooleanSupplier cooperative) {
        super(cooperative);
    }

    /** A view of {@code viewed}. */
    JdkServerSocket(TcpServerSocket viewed) {
        super(viewed);
        use(viewed.channel(), viewed.readiness());
    }

    @Override
    Gate[] gates(ServerSocketChannel channel, Readiness readiness) {
        accepting = new Gate(channel, readiness, Interest.READ, SelectionKey.OP_ACCEPT, cooperative);
        return new Gate[] {accepting};
    }

    @Override
    protected void create(boolean stream) throws IOException {
        if (channel == null) {
            own(channels().openServerSocketChannel(), TYPE);
        }
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
            if (isView()) {
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
        enter(gate);
        try {
            if (++unwaited > FAIR) {
                unwaited = 0;
                gate.yield();
            }
            ServerSocketChannel open = open();
            long nanos = soTimeoutNanos();
            long start = nanos == 0 ? 0 : gate.nanoTime();
            while (true) {
                SocketChannel accepted = open.accept();
                if (accepted != null) {
                    return accepted;
                }
                gate.drained();
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
    public String toString() {
        return describe(TYPE);
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
