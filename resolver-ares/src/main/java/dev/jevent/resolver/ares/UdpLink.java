package dev.jevent.resolver.ares;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What c-ares takes for one socket: queries go out from many ports, each from the last one that has room, so that nobody off the path can
 * guess where an answer must go. When so many are open already, any of them serves.
 */
final class UdpLink implements Link {
    private static final int MOST_PORTS = 256;

    final AresChannel engine;
    final int number;
    private final InetSocketAddress server;
    private final List<UdpPort> ports = new ArrayList<>();

    UdpLink(AresChannel engine, int number, InetSocketAddress server) {
        this.engine = engine;
        this.number = number;
        this.server = server;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public void send(ByteBuffer datagram) {
        int at = datagram.position();
        Query query = engine.query((datagram.get(at) & 0xff) << 8 | datagram.get(at + 1) & 0xff);
        if (query == null) {
            return; // it was given up meanwhile
        }
        try {
            port().send(query, datagram);
        } catch (IOException | RuntimeException e) {
            engine.failsLater(number);
        }
    }

    private UdpPort port() throws IOException {
        if (!ports.isEmpty() && ports.getLast().hasRoom()) {
            return ports.getLast();
        }
        if (ports.size() >= MOST_PORTS) {
            return any();
        }
        try {
            UdpPort port = engine.watchesDescriptors() ? new DescriptorPort(this) : new ChannelPort(this, server);
            ports.add(port);
            return port;
        } catch (IOException | RuntimeException e) {
            if (ports.isEmpty()) {
                throw e;
            }
            return any(); // as when the process has no descriptor left
        }
    }

    private UdpPort any() {
        return ports.get(ThreadLocalRandom.current().nextInt(ports.size()));
    }

    void closed(UdpPort port) {
        ports.remove(port);
    }

    @Override
    public void close() {
        for (UdpPort port : List.copyOf(ports)) {
            for (Query query : port.queries) {
                query.ports.remove(port);
            }
            port.close();
        }
    }
}
