package dev.jevent.guice;

import com.google.inject.Key;
import com.google.inject.Provider;
import dev.jevent.servers.DatagramServer;
import java.net.SocketAddress;

/** A server of datagrams. */
public final class DatagramModule extends ServerModule<DatagramServer, DatagramModule> {
    private final Key<? extends DatagramServer.Handler> handlerKey;
    private Provider<? extends DatagramServer.Handler> handlers;

    /** On all addresses. @param port 0: any that is free */
    public DatagramModule(int port, Class<? extends DatagramServer.Handler> handler) {
        this((Object) port, handler);
    }

    public DatagramModule(SocketAddress address, Class<? extends DatagramServer.Handler> handler) {
        this((Object) address, handler);
    }

    /** @param where bound to a port as an {@code Integer}, to an address as a {@code String}, or to a {@code SocketAddress} */
    public DatagramModule(Key<?> where, Class<? extends DatagramServer.Handler> handler) {
        this((Object) where, handler);
    }

    private DatagramModule(Object where, Class<? extends DatagramServer.Handler> handler) {
        super(DatagramServer.class, where);
        this.handlerKey = Key.get(handler);
    }

    @Override
    void bindHandler() {
        handlers = getProvider(handlerKey);
    }

    @Override
    DatagramServer newServer(SocketAddress address) {
        return DatagramServer.on(address, handlers.get());
    }
}
