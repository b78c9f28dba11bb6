package dev.jevent.io.net;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.Readiness;
import dev.jevent.io.Selectable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.MulticastChannel;
import java.nio.channels.NotYetConnectedException;
import java.time.Duration;
import java.util.Set;

/**
 * Datagrams: a {@link DatagramChannel} in non-blocking mode that waits cooperatively. One greenlet may receive while another
 * sends; greenlets of several hubs may use it.
 */
public final class UdpSocket implements MulticastChannel, Selectable {
    /** Datagrams without a wait before others get their turn. */
    private static final int FAIR = 64;

    /** More than any datagram has. The JDK takes as much memory as a heap buffer has room, and keeps it. */
    private static final int MOST = 1 << 16;

    private final DatagramChannel channel;
    private final Readiness readiness;
    private volatile long timeoutNanos = -1;
    private int unwaited;

    /** Not bound. */
    public UdpSocket() throws IOException {
        this(Hub.current().loop().channels().openDatagramChannel());
    }

    /** Not bound, of that address family: multicast needs one. */
    public UdpSocket(ProtocolFamily family) throws IOException {
        this(Hub.current().loop().channels().openDatagramChannel(family));
    }

    /** Takes over {@code channel}, which belongs to this from now on, also if this throws. */
    public UdpSocket(DatagramChannel channel) throws IOException {
        this.channel = channel;
        try {
            channel.configureBlocking(false);
            this.readiness = new Readiness(this, channel);
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    /** Bound to all addresses. @param port 0: any that is free */
    public static UdpSocket bound(int port) throws IOException {
        return bound(new InetSocketAddress(port));
    }

    public static UdpSocket bound(InetSocketAddress local) throws IOException {
        UdpSocket socket = new UdpSocket();
        try {
            return socket.bind(local);
        } catch (Throwable e) {
            socket.close();
            throw e;
        }
    }

    // ---- to and from anybody ----

    /**
     * Waits for a datagram. What doesn't fit into {@code into} is lost, as datagrams have it.
     *
     * @return who sent it
     * @throws SocketTimeoutException when {@link #timeout()} is over
     */
    @Switches
    public SocketAddress receive(ByteBuffer into) throws IOException {
        begin(Interest.READ);
        try {
            return awaitDatagram(into);
        } finally {
            readiness.release(Interest.READ);
        }
    }

    private SocketAddress awaitDatagram(ByteBuffer into) throws IOException {
        long nanos = timeoutNanos;
        long start = 0;
        for (boolean waited = false; ; waited = true) {
            SocketAddress sender = receiveNow(into);
            if (sender != null) {
                return sender;
            }
            start = awaitOrTimeOut(Interest.READ, nanos, start, waited);
        }
    }

    private SocketAddress receiveNow(ByteBuffer into) throws IOException {
        int limit = into.limit();
        if (limit - into.position() > MOST && !into.isDirect()) {
            into.limit(into.position() + MOST);
        }
        try {
            return channel.receive(into);
        } finally {
            into.limit(limit);
        }
    }

    /** As {@link #receive}, but null instead of waiting. */
    @NeverSwitches
    public SocketAddress tryReceive(ByteBuffer into) throws IOException {
        readiness.acquire(Interest.READ);
        try {
            return receiveNow(into);
        } finally {
            readiness.release(Interest.READ);
        }
    }

    /** Sends what remains in {@code datagram} as one datagram; waits while the system has no room for it. */
    @Switches
    public void send(ByteBuffer datagram, SocketAddress to) throws IOException {
        begin(Interest.WRITE);
        try {
            int size = datagram.remaining();
            long nanos = timeoutNanos;
            long start = 0;
            for (boolean waited = false; channel.send(datagram, to) < size; waited = true) {
                start = awaitOrTimeOut(Interest.WRITE, nanos, start, waited);
            }
        } finally {
            readiness.release(Interest.WRITE);
        }
    }

    // ---- to and from one ----

    /** From now on {@link #read} and {@link #write} go to and come from {@code remote}, and what others send is dropped. */
    public UdpSocket connect(SocketAddress remote) throws IOException {
        channel.connect(remote);
        return this;
    }

    public UdpSocket disconnect() throws IOException {
        channel.disconnect();
        return this;
    }

    public boolean isConnected() {
        return channel.isConnected();
    }

    /**
     * Waits for a datagram of the connected side.
     *
     * @return its size, as far as it fits; 0 for an empty one, too
     * @throws java.net.PortUnreachableException if the other side says that nobody is there
     */
    @Switches
    public int read(ByteBuffer into) throws IOException {
        begin(Interest.READ);
        try {
            if (!channel.isConnected()) {
                throw new NotYetConnectedException();
            }
            int before = into.position();
            awaitDatagram(into); // tells an empty one from none, as the channel's read doesn't
            return into.position() - before;
        } finally {
            readiness.release(Interest.READ);
        }
    }

    /**
     * Sends one datagram to the connected side.
     *
     * @throws IllegalArgumentException if it is empty: the JDK would drop it without a word
     */
    @Switches
    public int write(ByteBuffer datagram) throws IOException {
        int size = datagram.remaining();
        if (size == 0) {
            throw new IllegalArgumentException(
                    "datagram: empty (expected: at least 1 byte; the JDK sends an empty one only from a socket that isn't connected)");
        }
        begin(Interest.WRITE);
        try {
            long nanos = timeoutNanos;
            long start = 0;
            for (boolean waited = false; channel.write(datagram) < size; waited = true) {
                start = awaitOrTimeOut(Interest.WRITE, nanos, start, waited);
            }
            return size;
        } finally {
            readiness.release(Interest.WRITE);
        }
    }

    // ---- waiting ----

    /** Takes that direction; before, after many datagrams without a wait, lets others run. */
    private void begin(Interest interest) throws IOException {
        if (++unwaited > FAIR) {
            if (!isOpen()) {
                throw new ClosedChannelException();
            }
            readiness.checkFree(interest);
            unwaited = 0;
            Hub.current().yieldNow();
        }
        readiness.acquire(interest);
    }

    /** @return when the first wait of this operation began */
    private long awaitOrTimeOut(Interest interest, long nanos, long start, boolean waited) throws IOException {
        unwaited = 0;
        if (nanos < 0) {
            readiness.await(interest, -1);
            return start;
        }
        long now = Waiter.current().nanoTime();
        long since = waited ? start : now;
        if (!readiness.await(interest, Math.max(0, nanos - (now - since)))) {
            throw new SocketTimeoutException(interest == Interest.READ ? "receive timed out" : "send timed out");
        }
        return since;
    }

    /** How long one operation may wait; null: without limit, as at the start. */
    public Duration timeout() {
        long nanos = timeoutNanos;
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    /** @throws IllegalArgumentException if {@code timeout} is negative; null: without limit */
    public void timeout(Duration timeout) {
        timeoutNanos = timeout == null ? -1 : Durations.nanos("timeout", timeout);
    }

    /** Whether a wait here keeps the loop going; true at the start. */
    public boolean ref() {
        return readiness.ref();
    }

    public void ref(boolean ref) {
        readiness.ref(ref);
    }

    // ---- the channel ----

    @Override
    public Readiness readiness() {
        return readiness;
    }

    /** The channel underneath, in non-blocking mode. What it is closed by is {@link #close()}. */
    public DatagramChannel channel() {
        return channel;
    }

    public InetSocketAddress remoteAddress() throws IOException {
        return (InetSocketAddress) channel.getRemoteAddress();
    }

    @Override
    public InetSocketAddress getLocalAddress() throws IOException {
        return (InetSocketAddress) channel.getLocalAddress();
    }

    @Override
    public UdpSocket bind(SocketAddress local) throws IOException {
        channel.bind(local);
        return this;
    }

    @Override
    public <T> UdpSocket setOption(SocketOption<T> name, T value) throws IOException {
        channel.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return channel.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface through) throws IOException {
        return channel.join(group, through);
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface through, InetAddress source) throws IOException {
        return channel.join(group, through, source);
    }

    @Override
    @AnyThread
    public boolean isOpen() {
        return !readiness.isClosed();
    }

    /** Who waits gets {@link java.nio.channels.AsynchronousCloseException}. Idempotent. */
    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        readiness.close();
    }

    @Override
    public String toString() {
        return SocketNames.of("UdpSocket", channel, !isOpen());
    }
}
