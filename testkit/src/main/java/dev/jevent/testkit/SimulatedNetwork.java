package dev.jevent.testkit;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The network of a {@link World}: connections, datagrams and pipes, whose channels the loop's {@link dev.jevent.Loop#channels()}
 * opens. Nothing arrives but in polls, in pieces as the seed says; buffers are small, so that whoever writes a few hundred
 * bytes has to wait.
 *
 * <p>Faults are asked for: addresses that don't answer, a limit of descriptors, a reset at a certain step, a time in which
 * nothing arrives. A run that leaves a channel open fails.
 */
public final class SimulatedNetwork {
    /** What is between the ends. */
    interface Traffic {
        /** Whether something can arrive now. */
        boolean isUnderWay();

        /** Lets some of it arrive. */
        void arrive();

        /** Whether nothing will ever be under way again. */
        boolean isOver();
    }

    private static final int FIRST_PORT = 40_000;

    private final World world;
    private final SimulatedDevices devices;
    private final SelectorProvider provider = new Provider();

    private final List<Traffic> traffic = new ArrayList<>();
    private final List<Traffic> underWay = new ArrayList<>(); // for one choice
    private final Map<SocketAddress, Object> bound = new HashMap<>(); // servers, and sockets for datagrams
    private final Set<SocketAddress> silent = new HashSet<>();
    private final List<SimulatedSocket> connected = new ArrayList<>();
    private int nextPort;
    private int open;
    private int limit;
    private boolean stalled;
    private boolean prompt;
    private long arrivals;
    private long resetAt;

    SimulatedNetwork(World world, SimulatedDevices devices) {
        this.world = world;
        this.devices = devices;
        reset();
    }

    /** Forgets what a run left. */
    void reset() {
        traffic.clear();
        bound.clear();
        silent.clear();
        connected.clear();
        nextPort = FIRST_PORT;
        open = 0;
        limit = Integer.MAX_VALUE;
        stalled = false;
        prompt = false;
        arrivals = 0;
        resetAt = Long.MAX_VALUE;
    }

    // ---- for scenarios ----

    /** What {@link dev.jevent.Loop#channels()} gives in this world. */
    public SelectorProvider channels() {
        return provider;
    }

    /** How many channels are open. */
    public int open() {
        return open;
    }

    /** As many may be open from now on; opening and accepting more fails, as it does for want of descriptors. */
    public void limit(int channels) {
        limit = channels;
    }

    /** While it is true nothing arrives, as if a cable were cut. */
    public void stalled(boolean stalled) {
        this.stalled = stalled;
    }

    /** From now on no deadline comes before what is on its way. */
    public void prompt() {
        prompt = true;
    }

    /** Who connects to {@code address} hears nothing, not even that nobody is there. */
    public void silent(SocketAddress address) {
        silent.add(address);
    }

    /** How often something has arrived in this run. */
    public long arrivals() {
        return arrivals;
    }

    /** Instead of the {@code number}-th arrival from now, counted from 1, all connections are reset. */
    public void resetAt(long number) {
        resetAt = arrivals + number;
    }

    /** Whether something is on its way, and can arrive. */
    public boolean isBusy() {
        if (!stalled) {
            for (Traffic each : traffic) {
                if (each.isUnderWay()) {
                    return true;
                }
            }
        }
        return false;
    }

    // ---- for polls ----

    /** Whether a deadline may come though something is on its way. */
    boolean isSlow() {
        return !prompt;
    }

    /** Something of what is on its way arrives. */
    void arrive() {
        underWay.clear();
        for (Traffic each : traffic) {
            if (each.isUnderWay()) {
                underWay.add(each);
            }
        }
        int index = world.next(underWay.size());
        world.note("arrival", index);
        if (++arrivals == resetAt) {
            for (SimulatedSocket each : List.copyOf(connected)) {
                each.wasReset();
            }
        } else {
            underWay.get(index).arrive();
        }
        traffic.removeIf(Traffic::isOver);
    }

    // ---- for channels ----

    World world() {
        return world;
    }

    SelectorProvider provider() {
        return provider;
    }

    SimulatedDescriptor descriptor() throws SocketException {
        if (open >= limit) {
            throw new SocketException("Too many open files");
        }
        open++;
        return devices.open();
    }

    void closed(SimulatedDescriptor descriptor) {
        if (descriptor != null) {
            open--;
            descriptor.close();
        }
    }

    /** Small, so that there is much to wait for. */
    int capacity() {
        return 1 + world.next(64);
    }

    SimulatedFlow flow(SimulatedFlow.End writer, SimulatedFlow.End reader) {
        SimulatedFlow flow = new SimulatedFlow(world, writer, reader, capacity());
        traffic.add(flow);
        return flow;
    }

    void add(Traffic another) {
        traffic.add(another);
    }

    void remove(Traffic one) {
        traffic.remove(one);
    }

    void connected(SimulatedSocket socket) {
        connected.add(socket);
    }

    void disconnected(SimulatedSocket socket) {
        connected.remove(socket);
    }

    boolean isSilent(SocketAddress address) {
        return silent.contains(address);
    }

    /** @return {@code address}, with a port if it had none */
    SocketAddress bind(SocketAddress address, Object owner) throws BindException {
        SocketAddress local = address == null || address instanceof InetSocketAddress inet && inet.getPort() == 0
                ? new InetSocketAddress(
                        address == null ? InetAddress.getLoopbackAddress() : ((InetSocketAddress) address).getAddress(), nextPort++)
                : address;
        if (bound.putIfAbsent(local, owner) != null) {
            throw new BindException("Address already in use");
        }
        return local;
    }

    Object boundTo(SocketAddress address) {
        return bound.get(address);
    }

    void unbind(SocketAddress address, Object owner) {
        bound.remove(address, owner);
    }

    /** For a connection that comes from somewhere. */
    InetSocketAddress anyAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), nextPort++);
    }

    private final class Provider extends SelectorProvider {
        @Override
        public SocketChannel openSocketChannel() throws IOException {
            return new SimulatedSocket(SimulatedNetwork.this, descriptor());
        }

        @Override
        public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
            return openSocketChannel();
        }

        @Override
        public ServerSocketChannel openServerSocketChannel() throws IOException {
            return new SimulatedServer(SimulatedNetwork.this, descriptor());
        }

        @Override
        public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
            return openServerSocketChannel();
        }

        @Override
        public DatagramChannel openDatagramChannel() throws IOException {
            return new SimulatedDatagrams(SimulatedNetwork.this, descriptor());
        }

        @Override
        public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
            return openDatagramChannel();
        }

        @Override
        public Pipe openPipe() throws IOException {
            return new SimulatedPipe(SimulatedNetwork.this, provider);
        }

        @Override
        public AbstractSelector openSelector() {
            throw new UnsupportedOperationException("no selectors in a simulated world: its loop watches its channels");
        }
    }
}
