package dev.jevent.testkit;

import dev.jevent.Interest;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.NotYetConnectedException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A socket for datagrams: those it sent wait in its own buffer, one or a few of them, until the other one's has room. None is lost
 * on the way, but to an address that nobody is at.
 */
final class SimulatedDatagrams extends DatagramChannel implements SimulatedChannel, SimulatedNetwork.Traffic {
    private static final int RECEIVES = 4;

    private record Datagram(SocketAddress from, SocketAddress to, byte[] bytes) {}

    private final SimulatedNetwork network;
    private final SimulatedDescriptor descriptor;
    private final Map<SocketOption<?>, Object> options = new HashMap<>();
    private final ArrayDeque<Datagram> sent = new ArrayDeque<>();
    private final ArrayDeque<Datagram> received = new ArrayDeque<>();
    private final int sends;
    private SocketAddress local;
    private SocketAddress remote;

    SimulatedDatagrams(SimulatedNetwork network, SimulatedDescriptor descriptor) {
        super(network.provider());
        this.network = network;
        this.descriptor = descriptor;
        sends = 1 + network.world().next(3);
        network.add(this);
        descriptor.ready(Interest.WRITE.mask());
    }

    @Override
    public SimulatedDescriptor descriptor() {
        return descriptor;
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    // ---- what is on its way: also when this was closed ----

    @Override
    public boolean isUnderWay() {
        return !sent.isEmpty()
                && !(network.boundTo(sent.peek().to) instanceof SimulatedDatagrams other && other.received.size() >= RECEIVES);
    }

    @Override
    public void arrive() {
        Datagram first = sent.remove();
        if (network.boundTo(first.to) instanceof SimulatedDatagrams other
                && (other.remote == null || other.remote.equals(first.from))) {
            other.received.add(first);
            other.descriptor.ready(Interest.READ.mask());
        }
        if (isOpen()) {
            descriptor.ready(Interest.WRITE.mask());
        }
    }

    @Override
    public boolean isOver() {
        return !isOpen() && sent.isEmpty();
    }

    // ---- sending and receiving ----

    @Override
    public SocketAddress receive(ByteBuffer into) throws IOException {
        checkOpen();
        Datagram first = received.poll();
        if (received.isEmpty()) {
            descriptor.drain(Interest.READ.mask());
        }
        if (first == null) {
            return null;
        }
        into.put(first.bytes, 0, Math.min(first.bytes.length, into.remaining()));
        return first.from;
    }

    @Override
    public int send(ByteBuffer from, SocketAddress to) throws IOException {
        checkOpen();
        if (remote != null && !remote.equals(to)) {
            throw new AlreadyConnectedException();
        }
        if (local == null) {
            bind(null);
        }
        if (sent.size() >= sends) {
            descriptor.drain(Interest.WRITE.mask());
            return 0;
        }
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        sent.add(new Datagram(local, to, bytes));
        return bytes.length;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        checkConnected();
        int before = into.position();
        receive(into);
        return into.position() - before;
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        throw new UnsupportedOperationException("scattering of datagrams");
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        checkConnected();
        return send(from, remote);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        throw new UnsupportedOperationException("gathering of datagrams");
    }

    private void checkConnected() throws IOException {
        checkOpen();
        if (remote == null) {
            throw new NotYetConnectedException();
        }
    }

    // ---- addresses and options ----

    @Override
    public DatagramChannel bind(SocketAddress address) throws IOException {
        checkOpen();
        local = network.bind(address, this);
        return this;
    }

    @Override
    public DatagramChannel connect(SocketAddress to) throws IOException {
        checkOpen();
        if (local == null) {
            bind(null);
        }
        remote = to;
        return this;
    }

    @Override
    public DatagramChannel disconnect() {
        remote = null;
        return this;
    }

    @Override
    public boolean isConnected() {
        return remote != null;
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        checkOpen();
        return local;
    }

    @Override
    public SocketAddress getRemoteAddress() throws IOException {
        checkOpen();
        return remote;
    }

    @Override
    public <T> DatagramChannel setOption(SocketOption<T> name, T value) {
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
    public DatagramSocket socket() {
        throw new UnsupportedOperationException("a simulated channel has no socket");
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface through) {
        throw new UnsupportedOperationException("a simulated network has no groups");
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface through, InetAddress source) {
        throw new UnsupportedOperationException("a simulated network has no groups");
    }

    // ---- its end ----

    @Override
    protected void implCloseSelectableChannel() {
        network.unbind(local, this);
        network.closed(descriptor);
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        // it never blocks
    }

    @Override
    public String toString() {
        return "simulated datagrams of " + local;
    }
}
