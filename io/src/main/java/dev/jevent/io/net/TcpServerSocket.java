package dev.jevent.io.net;

import dev.jevent.Hub;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Accepts TCP connections. */
public final class TcpServerSocket extends ServerStreamSocket<TcpSocket> {
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
            server.channel().bind(local, backlog);
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
}
