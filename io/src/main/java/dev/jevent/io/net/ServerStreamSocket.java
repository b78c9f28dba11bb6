package dev.jevent.io.net;

import dev.jevent.Interest;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * What accepts connections: a {@link ServerSocketChannel} in non-blocking mode that waits cooperatively. For one greenlet
 * at a time, of any hub.
 *
 * @param <S> what it accepts
 */
public abstract sealed class ServerStreamSocket<S extends StreamSocket> extends ChannelSocket<ServerSocketChannel>
        permits TcpServerSocket, UnixServerSocket {
    /** Connections taken without a wait before others get their turn. */
    private static final int FAIR = 16;

    ServerStreamSocket(ServerSocketChannel channel) throws IOException {
        super(channel, FAIR);
    }

    /** @param channel accepted; belongs to the result */
    abstract S accepted(SocketChannel channel) throws IOException;

    /**
     * Waits for a connection. It doesn't inherit {@link #timeout()}.
     *
     * @throws SocketTimeoutException when {@link #timeout()} is over
     * @throws java.nio.channels.AsynchronousCloseException if this is closed meanwhile
     */
    @Switches
    public S accept() throws IOException {
        begin(Interest.READ);
        try {
            long nanos = nanos();
            long start = 0;
            for (boolean waited = false; ; waited = true) {
                S accepted = acceptNow();
                if (accepted != null) {
                    return accepted;
                }
                start = await(Interest.READ, nanos, start, waited, 0);
            }
        } finally {
            readiness.release(Interest.READ);
        }
    }

    /** A connection that waits to be accepted, or null. */
    @NeverSwitches
    public S tryAccept() throws IOException {
        readiness.acquire(Interest.READ);
        try {
            return acceptNow();
        } finally {
            readiness.release(Interest.READ);
        }
    }

    private S acceptNow() throws IOException {
        SocketChannel accepted = channel.accept();
        if (accepted == null) {
            readiness.drained(Interest.READ);
            return null;
        }
        return accepted(accepted);
    }

    @Override
    final String verb(Interest interest) {
        return "accept";
    }

    /** Binds it, with the system's own backlog. */
    @Override
    public ServerStreamSocket<S> bind(SocketAddress local) throws IOException {
        super.bind(local);
        return this;
    }

    /**
     * Binds it.
     *
     * @param backlog connections that may wait to be accepted; 0 or less: as the system has it
     * @throws BindException if the system refuses, naming the address
     */
    public ServerStreamSocket<S> listen(SocketAddress local, int backlog) throws IOException {
        try {
            channel.bind(local, backlog);
        } catch (BindException e) {
            throw located(e, local);
        }
        return this;
    }

    @Override
    public <T> ServerStreamSocket<S> setOption(SocketOption<T> name, T value) throws IOException {
        super.setOption(name, value);
        return this;
    }
}
