package dev.jevent.testkit;

import dev.jevent.Interest;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What others connect to. While its backlog is full they wait. */
final class SimulatedServer extends ServerSocketChannel implements SimulatedChannel {
    private static final int DEFAULT_BACKLOG = 50;

    private final SimulatedNetwork network;
    private final SimulatedDescriptor descriptor;
    private final Map<SocketOption<?>, Object> options = new HashMap<>();
    private final ArrayDeque<SimulatedSocket> waiting = new ArrayDeque<>();
    private SocketAddress local;
    private int backlog;

    SimulatedServer(SimulatedNetwork network, SimulatedDescriptor descriptor) {
        super(network.provider());
        this.network = network;
        this.descriptor = descriptor;
    }

    /** A connection that somebody wants. */
    static final class Attempt implements SimulatedNetwork.Traffic {
        private final SimulatedNetwork network;
        private final SimulatedSocket client;
        private final SocketAddress to;
        private boolean refused;
        private boolean accepted;

        Attempt(SimulatedNetwork network, SimulatedSocket client, SocketAddress to) {
            this.network = network;
            this.client = client;
            this.to = to;
        }

        boolean isRefused() {
            return refused;
        }

        boolean isAccepted() {
            return accepted;
        }

        @Override
        public boolean isOver() {
            return refused || accepted || !client.isOpen();
        }

        @Override
        public boolean isUnderWay() {
            return !isOver()
                    && !network.isSilent(to)
                    && !(network.boundTo(to) instanceof SimulatedServer server && server.waiting.size() >= server.backlog);
        }

        @Override
        public void arrive() {
            if (network.boundTo(to) instanceof SimulatedServer server) {
                accepted = true;
                server.waiting.add(SimulatedSocket.ofServer(network, client, to));
                server.descriptor.ready(Interest.READ.mask());
                client.becomesReady(Interest.WRITE.mask());
            } else {
                refused = true;
                client.staysReady(Interest.BOTH);
            }
        }
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public SimulatedDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public ServerSocketChannel bind(SocketAddress address, int backlog) throws IOException {
        checkOpen();
        local = network.bind(address, this);
        this.backlog = backlog <= 0 ? DEFAULT_BACKLOG : backlog;
        return this;
    }

    @Override
    public SocketChannel accept() throws IOException {
        checkOpen();
        if (local == null) {
            throw new NotYetBoundException();
        }
        if (waiting.isEmpty()) {
            return null;
        }
        SimulatedDescriptor given = network.descriptor();
        SimulatedSocket accepted = waiting.remove();
        accepted.accepted(given);
        if (waiting.isEmpty()) {
            descriptor.drain(Interest.READ.mask());
        }
        return accepted;
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        checkOpen();
        return local;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) {
        options.put(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
        return name.type().cast(options.get(name));
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.copyOf(options.keySet());
    }

    @Override
    public ServerSocket socket() {
        throw new UnsupportedOperationException("a simulated channel has no socket");
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        network.unbind(local, this);
        for (SimulatedSocket each : waiting) {
            each.refuse();
        }
        network.closed(descriptor);
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        // it never blocks
    }

    @Override
    public String toString() {
        return "simulated server " + local;
    }
}
