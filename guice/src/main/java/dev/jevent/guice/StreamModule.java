package dev.jevent.guice;

import com.google.inject.Key;
import dev.jevent.servers.StreamServer;
import java.net.SocketAddress;

/** A server of TCP, UNIX or TLS connections. */
public final class StreamModule extends ServerModule<StreamServer, StreamServer.Handler, StreamModule> {
    /** On all addresses. @param port 0: any that is free */
    public StreamModule(int port, Class<? extends StreamServer.Handler> handler) {
        super(StreamServer.class, port, handler);
    }

    public StreamModule(SocketAddress address, Class<? extends StreamServer.Handler> handler) {
        super(StreamServer.class, address, handler);
    }

    /** @param where bound to a port as an {@code Integer}, to an address as a {@code String}, or to a {@code SocketAddress} */
    public StreamModule(Key<?> where, Class<? extends StreamServer.Handler> handler) {
        super(StreamServer.class, where, handler);
    }

    @Override
    StreamServer newServer(SocketAddress address, StreamServer.Handler handler) {
        return StreamServer.on(address, handler);
    }
}
