package dev.jevent.io.net;

import dev.jevent.Hub;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Accepts TCP connections. */
public final class TcpServerSocket extends ServerStreamSocket<TcpSocket> {
    private static final VarHandle VIEW;

    static {
        try {
            VIEW = MethodHandles.lookup().findVarHandle(TcpServerSocket.class, "view", View.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile View view; // null: never asked for

    /** Not bound. */
    public TcpServerSocket() throws IOException {
        this(Hub.current().loop().channels().openServerSocketChannel());
    }

    /** Takes over {@code channel}, which belongs to this from now on, also if this throws. */
    public TcpServerSocket(ServerSocketChannel channel) throws IOException {
        super(channel);
    }

    /** Listens on all addresses. @param port 0: any that is free */
    public static TcpServerSocket bind(int port) throws IOException {
        return bind(new InetSocketAddress(port), 0);
    }

    /** @param backlog connections that may wait to be accepted; 0 or less: as the system has it */
    public static TcpServerSocket bind(InetSocketAddress local, int backlog) throws IOException {
        TcpServerSocket server = new TcpServerSocket();
        try {
            server.listen(local, backlog);
            return server;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    @Override
    TcpSocket accepted(SocketChannel channel) throws IOException {
        return new TcpSocket(channel);
    }

    @Override
    public InetSocketAddress getLocalAddress() throws IOException {
        return (InetSocketAddress) super.getLocalAddress();
    }

    /** The local port; -1 if it isn't bound. */
    public int port() throws IOException {
        InetSocketAddress local = getLocalAddress();
        return local == null ? -1 : local.getPort();
    }

    @Override
    public TcpServerSocket bind(SocketAddress local) throws IOException {
        super.bind(local);
        return this;
    }

    @Override
    public <T> TcpServerSocket setOption(SocketOption<T> name, T value) throws IOException {
        super.setOption(name, value);
        return this;
    }

    /** This as a {@link ServerSocket} of {@code java.net}, the same each time. Closing either closes both; timeouts are apart. */
    @AnyThread
    public ServerSocket asServerSocket() throws IOException {
        View known = view;
        if (known != null) {
            return known.socket;
        }
        JdkServerSocket impl = new JdkServerSocket(this);
        View made = new View(Sockets.viewOf(this, impl), impl);
        View other = (View) VIEW.compareAndExchange(this, null, made);
        return (other != null ? other : made).socket;
    }

    private record View(ServerSocket socket, JdkServerSocket impl) {}

    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        super.close();
        View shown = view;
        if (shown != null) {
            shown.impl.closeGates(); // threads without a hub may wait there
        }
    }
}
