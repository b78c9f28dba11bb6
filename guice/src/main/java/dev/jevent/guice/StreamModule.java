package dev.jevent.guice;

import com.google.inject.Key;
import com.google.inject.Provider;
import dev.jevent.servers.StreamServer;
import java.net.SocketAddress;

/** A server of TCP, UNIX or TLS connections. */
public final class StreamModule extends ServerModule<StreamServer, StreamModule> {
    private final Key<? extends StreamServer.Handler> handlerKey;
    private Provider<? extends StreamServer.Handler> handlers;

    /** On all addresses. @param port 0: any that is free */
    public StreamModule(int port, Class<? extends StreamServer.Handler> handler) {
        this((Object) port, handler);
    }

    public StreamModule(SocketAddress address, Class<? extends StreamServer.Handler> handler) {
        this((Object) address, handler);
    }

    /** @param where bound to a port as an {@code Integer}, to an address as a {@code String}, or to a {@code SocketAddress} */
    public StreamModule(Key<?> where, Class<? extends StreamServer.Handler> handler) {
        this((Object) where, handler);
    }

    private StreamModule(Object where, Class<? extends StreamServer.Handler> handler) {
        super(StreamServer.class, where);
        this.handlerKey = Key.get(handler);
    }

    @Override
    void bindHandler() {
        handlers = getProvider(handlerKey);
    }

    @Override
    StreamServer newServer(SocketAddress address) {
        return StreamServer.on(address, handlers.get());
    }
}
