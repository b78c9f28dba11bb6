package dev.jevent.testkit;

import dev.jevent.Interest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * One end of a connection.
 *
 * <pre>
 *   NEW ── connect() ──▶ CONNECTING ── arrives, finishConnect() ──▶ CONNECTED ── the other side is gone ──▶ RESET
 *                            └── arrives, finishConnect() throws ──▶ closed
 * </pre>
 */
final class SimulatedSocket extends SocketChannel implements SimulatedChannel, SimulatedFlow.End {
    private static final int READ = Interest.READ.mask();
    private static final int WRITE = Interest.WRITE.mask();

    private enum State { NEW, CONNECTING, CONNECTED, RESET }

    private final SimulatedNetwork network;
    private final Map<SocketOption<?>, Object> options = new HashMap<>();
    private SimulatedDescriptor descriptor; // null: not accepted yet
    private State state = State.NEW;
    private SimulatedServer.Attempt attempt;
    private SimulatedFlow incoming;
    private SimulatedFlow outgoing;
    private SimulatedSocket peer;
    private SocketAddress local;
    private SocketAddress remote;
    private boolean inputShutdown;
    private boolean outputShutdown;

    SimulatedSocket(SimulatedNetwork network, SimulatedDescriptor descriptor) {
        super(network.provider());
        this.network = network;
        this.descriptor = descriptor;
    }

    /** The server's end, which nobody has accepted yet. */
    static SimulatedSocket ofServer(SimulatedNetwork network, SimulatedSocket client, SocketAddress local) {
        SimulatedSocket server = new SimulatedSocket(network, null);
        server.local = local;
        server.remote = client.local;
        server.incoming = network.flow(client, server);
        server.outgoing = network.flow(server, client);
        server.connected();
        client.incoming = server.outgoing;
        client.outgoing = server.incoming;
        client.peer = server;
        server.peer = client;
        return server;
    }

    private void connected() {
        state = State.CONNECTED;
        network.connected(this);
    }

    void accepted(SimulatedDescriptor given) {
        descriptor = given;
        int ready = (incoming.isReadable() ? READ : 0) | (outgoing.isWritable() ? WRITE : 0);
        if (ready != 0) {
            given.ready(ready);
        }
        if (state == State.RESET) {
            given.readyForEver(Interest.BOTH);
        } else if (incoming.hasEnded()) {
            given.readyForEver(READ);
        }
    }

    @Override
    public SimulatedDescriptor descriptor() {
        return descriptor;
    }

    // ---- what becomes of it ----

    @Override
    public void becomesReady(int mask) {
        if (descriptor != null && isOpen()) {
            descriptor.ready(mask);
        }
    }

    @Override
    public void isReadyNoMore(int mask) {
        descriptor.drain(mask);
    }

    @Override
    public void hasEnded() {
        staysReady(READ);
    }

    void staysReady(int mask) {
        if (descriptor != null && isOpen()) {
            descriptor.readyForEver(mask);
        }
    }

    @Override
    public void wasReset() {
        state = State.RESET;
        incoming.drop();
        outgoing.drop();
        staysReady(Interest.BOTH);
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void checkConnected() throws IOException {
        checkOpen();
        if (state == State.RESET) {
            throw new SocketException("Connection reset");
        }
        if (state != State.CONNECTED) {
            throw new NotYetConnectedException();
        }
    }

    // ---- connecting ----

    @Override
    public boolean connect(SocketAddress to) throws IOException {
        checkOpen();
        if (state == State.CONNECTING) {
            throw new ConnectionPendingException();
        }
        if (state != State.NEW) {
            throw new AlreadyConnectedException();
        }
        if (to instanceof UnixDomainSocketAddress && network.boundTo(to) == null) {
            close();
            throw new SocketException("No such file or directory");
        }
        if (local == null && !(to instanceof UnixDomainSocketAddress)) {
            local = network.anyAddress();
        }
        remote = to;
        state = State.CONNECTING;
        attempt = new SimulatedServer.Attempt(network, this, to);
        if (attempt.isUnderWay() && network.world().oneIn(8)) {
            attempt.arrive();
            return finishConnect();
        }
        network.add(attempt);
        return false;
    }

    @Override
    public boolean finishConnect() throws IOException {
        checkOpen();
        if (state == State.RESET) {
            close();
            throw new SocketException("Connection reset");
        }
        if (state != State.CONNECTING) {
            return state == State.CONNECTED;
        }
        if (attempt.isRefused()) {
            close(); // as the JDK's own does
            throw new ConnectException("Connection refused");
        }
        if (!attempt.isAccepted()) {
            return false;
        }
        connected();
        return true;
    }

    @Override
    public boolean isConnected() {
        return state == State.CONNECTED || state == State.RESET;
    }

    @Override
    public boolean isConnectionPending() {
        return state == State.CONNECTING;
    }

    // ---- reading and writing ----

    @Override
    public int read(ByteBuffer into) throws IOException {
        checkConnected();
        return inputShutdown ? -1 : incoming.read(into);
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            boolean wanted = into[i].hasRemaining();
            int count = read(into[i]);
            if (count < 0) {
                return total == 0 ? -1 : total;
            }
            total += count;
            if (wanted && into[i].hasRemaining()) {
                break;
            }
        }
        return total;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        checkConnected();
        if (outputShutdown) {
            throw new ClosedChannelException();
        }
        return outgoing.write(from);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            total += write(from[i]);
            if (from[i].hasRemaining()) {
                break;
            }
        }
        return total;
    }

    @Override
    public SocketChannel shutdownInput() throws IOException {
        checkConnected();
        inputShutdown = true;
        staysReady(READ);
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        checkConnected();
        outputShutdown = true;
        outgoing.finish();
        return this;
    }

    // ---- addresses and options ----

    @Override
    public SocketChannel bind(SocketAddress address) throws IOException {
        checkOpen();
        local = address;
        return this;
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        checkOpen();
        return local;
    }

    @Override
    public SocketAddress getRemoteAddress() throws IOException {
        checkOpen();
        return isConnected() ? remote : null;
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) {
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
    public Socket socket() {
        throw new UnsupportedOperationException("a simulated channel has no socket");
    }

    // ---- its end ----

    @Override
    protected void implCloseSelectableChannel() {
        if (attempt != null) {
            network.remove(attempt);
        }
        network.disconnected(this);
        if (incoming != null) {
            if (incoming.abandon()) {
                outgoing.drop();
                network.add(new Reset(peer));
            } else {
                outgoing.finish();
            }
        }
        network.closed(descriptor);
    }

    /** Nobody accepted it, and nobody will. */
    void refuse() throws IOException {
        close();
        outgoing.drop();
        network.add(new Reset(peer));
    }

    /** The news that the other side is gone. */
    private static final class Reset implements SimulatedNetwork.Traffic {
        private final SimulatedSocket to;
        private boolean over;

        Reset(SimulatedSocket to) {
            this.to = to;
        }

        @Override
        public boolean isUnderWay() {
            return !over;
        }

        @Override
        public void arrive() {
            over = true;
            to.wasReset();
        }

        @Override
        public boolean isOver() {
            return over;
        }
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        // it never blocks
    }

    @Override
    public String toString() {
        return "simulated socket " + local + " -> " + remote;
    }
}
