package dev.jevent.guice;

import com.google.inject.Key;
import dev.jevent.servers.DatagramServer;
import java.net.SocketAddress;

/** A server of datagrams. */
public final class DatagramModule extends ServerModule<DatagramServer, DatagramServer.Handler, DatagramModule> {
    /** On all addresses. @param port 0: any that is free */
    public DatagramModule(int port, Class<? extends DatagramServer.Handler> handler) {
        super(DatagramServer.class, port, handler);
    }

    public DatagramModule(SocketAddress address, Class<? extends DatagramServer.Handler> handler) {
        super(DatagramServer.class, address, handler);
    }

    /** @param where bound to a port as an {@code Integer}, to an address as a {@code String}, or to a {@code SocketAddress} */
    public DatagramModule(Key<?> where, Class<? extends DatagramServer.Handler> handler) {
        super(DatagramServer.class, where, handler);
    }

    @Override
    DatagramServer newServer(SocketAddress address, DatagramServer.Handler handler) {
        return DatagramServer.on(address, handler);
    }
}
