package dev.jevent.io.net;

import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.MulticastChannel;
import java.nio.channels.NotYetConnectedException;

/**
 * Datagrams: a {@link DatagramChannel} in non-blocking mode that waits cooperatively. One greenlet may receive while another
 * sends; greenlets of several hubs may use it.
 */
public final class UdpSocket extends ChannelSocket<DatagramChannel> implements MulticastChannel {
    /** Datagrams without a wait before others get their turn. */
    private static final int FAIR = 64;

    /** More than any datagram has. The JDK takes as much memory as a heap buffer has room, and keeps it. */
    private static final int MOST = 1 << 16;

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
        super(channel, FAIR);
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
        long nanos = nanos();
        long start = 0;
        for (boolean waited = false; ; waited = true) {
            SocketAddress sender = receiveNow(into);
            if (sender != null) {
                return sender;
            }
            start = await(Interest.READ, nanos, start, waited, 0);
        }
    }

    private SocketAddress receiveNow(ByteBuffer into) throws IOException {
        int limit = into.limit();
        if (limit - into.position() > MOST && !into.isDirect()) {
            into.limit(into.position() + MOST);
        }
        try {
            SocketAddress sender = channel.receive(into);
            if (sender == null) {
                readiness.drained(Interest.READ);
            }
            return sender;
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
            long nanos = nanos();
            long start = 0;
            for (boolean waited = false; channel.send(datagram, to) < size; waited = true) {
                start = await(Interest.WRITE, nanos, start, waited, 0);
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
            long nanos = nanos();
            long start = 0;
            for (boolean waited = false; channel.write(datagram) < size; waited = true) {
                start = await(Interest.WRITE, nanos, start, waited, 0);
            }
            return size;
        } finally {
            readiness.release(Interest.WRITE);
        }
    }

    @Override
    String verb(Interest interest) {
        return interest == Interest.READ ? "receive" : "send";
    }

    // ---- the channel ----

    public InetSocketAddress remoteAddress() throws IOException {
        return (InetSocketAddress) channel.getRemoteAddress();
    }

    @Override
    public InetSocketAddress getLocalAddress() throws IOException {
        return (InetSocketAddress) super.getLocalAddress();
    }

    @Override
    public UdpSocket bind(SocketAddress local) throws IOException {
        super.bind(local);
        return this;
    }

    @Override
    public <T> UdpSocket setOption(SocketOption<T> name, T value) throws IOException {
        super.setOption(name, value);
        return this;
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface through) throws IOException {
        return channel.join(group, through);
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface through, InetAddress source) throws IOException {
        return channel.join(group, through, source);
    }
}
