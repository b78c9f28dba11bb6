package dev.jevent.io.net;

import dev.jevent.Hub;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** A TCP connection. */
public final class TcpSocket extends StreamSocket {
    private static final VarHandle VIEW;

    static {
        try {
            VIEW = MethodHandles.lookup().findVarHandle(TcpSocket.class, "view", View.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile View view; // null: never asked for

    /** Not connected. */
    public TcpSocket() throws IOException {
        this(Hub.current().loop().channels().openSocketChannel());
    }

    /** Not connected, of that address family. */
    public TcpSocket(ProtocolFamily family) throws IOException {
        this(Hub.current().loop().channels().openSocketChannel(family));
    }

    /** Takes over {@code channel}, which belongs to this from now on, also if this throws. */
    public TcpSocket(SocketChannel channel) throws IOException {
        super(channel);
    }

    /**
     * A connection to the first address of {@code host} that accepts one: they are tried in the order of RFC 8305, the next
     * one 250 ms after the last, while those before are still under way.
     *
     * @throws UnknownHostException if {@code host} has no address
     * @throws IOException of the last address that was tried, with those of the others suppressed
     */
    @Switches
    public static TcpSocket connect(String host, int port) throws IOException {
        return new Connector(host, port).connect();
    }

    /** @throws java.net.SocketTimeoutException when {@code timeout}, which is for the look-up and all addresses, is over */
    @Switches
    public static TcpSocket connect(String host, int port, Duration timeout) throws IOException {
        return new Connector(host, port).timeout(timeout).connect();
    }

    @Switches
    public static TcpSocket connect(InetSocketAddress address) throws IOException {
        return connect(address, null);
    }

    /**
     * @param address unresolved: as {@link #connect(String, int)}
     * @param timeout null: as long as the system tries
     */
    @Switches
    public static TcpSocket connect(InetSocketAddress address, Duration timeout) throws IOException {
        if (address.isUnresolved()) {
            return new Connector(address.getHostString(), address.getPort()).timeout(timeout).connect();
        }
        TcpSocket socket = new TcpSocket();
        socket.connectTo(address, timeout);
        return socket;
    }

    /** As {@link #connect(InetSocketAddress, Duration)}, of a socket that was bound or given options before. */
    @Override
    @Switches
    public void connectTo(SocketAddress address, Duration timeout) throws IOException {
        if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
            throw new UnknownHostException(inet.getHostString() + ": not resolved");
        }
        super.connectTo(address, timeout);
    }

    @Override
    public InetSocketAddress remoteAddress() throws IOException {
        return (InetSocketAddress) super.remoteAddress();
    }

    @Override
    public InetSocketAddress getLocalAddress() throws IOException {
        return (InetSocketAddress) super.getLocalAddress();
    }

    @Override
    public TcpSocket bind(SocketAddress local) throws IOException {
        super.bind(local);
        return this;
    }

    @Override
    public <T> TcpSocket setOption(SocketOption<T> name, T value) throws IOException {
        super.setOption(name, value);
        return this;
    }

    /**
     * This connection as a {@link Socket} of {@code java.net}, the same each time, for code that takes one. Closing either closes
     * both. Its read timeout is its own; {@link #timeout()} doesn't count there. Bytes that its {@code available()} has
     * counted are read through it only.
     */
    @AnyThread
    public Socket asSocket() throws IOException {
        View known = view;
        if (known != null) {
            return known.socket;
        }
        JdkSocket impl = new JdkSocket(this);
        View made = new View(Sockets.viewOf(this, impl), impl);
        View other = (View) VIEW.compareAndExchange(this, null, made);
        return (other != null ? other : made).socket;
    }

    private record View(Socket socket, JdkSocket impl) {}

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
