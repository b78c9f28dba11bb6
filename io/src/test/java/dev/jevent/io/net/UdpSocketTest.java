package dev.jevent.io.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.MembershipKey;
import java.nio.channels.NotYetConnectedException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;

@SuppressWarnings("try") // closing before the end of the block is what is tested
class UdpSocketTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private static ByteBuffer bytes(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length);
        for (int value : values) {
            buffer.put((byte) value);
        }
        return buffer.flip();
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SOCK-12: datagrams arrive whole, with their sender; an empty one, too; what doesn't fit is lost")
    void sendAndReceive(Hub hub) throws Exception {
        try (UdpSocket one = UdpSocket.bound(Pair.loopback()); UdpSocket other = UdpSocket.bound(Pair.loopback())) {
            ByteBuffer into = ByteBuffer.allocate(4);
            Greenlet<Object> receiver = hub.spawn(() -> one.receive(into));
            hub.yieldNow();
            assertThatThrownBy(() -> one.receive(ByteBuffer.allocate(1))).isInstanceOf(ConcurrentUseException.class);
            other.send(bytes(1, 2, 3), one.getLocalAddress());
            assertThat(receiver.get()).isEqualTo(other.getLocalAddress());
            assertThat(into.flip()).isEqualTo(bytes(1, 2, 3));
            other.send(bytes(), one.getLocalAddress());
            assertThat(one.receive(into.clear())).isEqualTo(other.getLocalAddress());
            assertThat(into.position()).isZero();
            other.send(bytes(1, 2, 3, 4, 5, 6), one.getLocalAddress());
            other.send(bytes(9), one.getLocalAddress());
            one.receive(into.clear());
            assertThat(into.flip()).isEqualTo(bytes(1, 2, 3, 4));
            ByteBuffer large = ByteBuffer.allocate(1 << 20);
            assertThat(one.tryReceive(large)).isEqualTo(other.getLocalAddress());
            assertThat(large.limit()).isEqualTo(1 << 20);
            assertThat(large.flip()).isEqualTo(bytes(9));
            assertThat(one.tryReceive(into.clear())).isNull();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-07: a receive times out, and the next one goes on; after an outer Timeout, too")
    void timesOut() throws Exception {
        try (UdpSocket one = UdpSocket.bound(Pair.loopback()); UdpSocket other = new UdpSocket()) {
            one.timeout(SHORT);
            assertThat(one.timeout()).isEqualTo(SHORT);
            assertThatThrownBy(() -> one.receive(ByteBuffer.allocate(1)))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("receive timed out");
            one.timeout(null);
            assertThatThrownBy(() -> Timeout.call(SHORT, () -> one.receive(ByteBuffer.allocate(1)))).isInstanceOf(TimeoutException.class);
            other.send(bytes(1), one.getLocalAddress());
            assertThat(one.receive(ByteBuffer.allocate(1))).isNotNull();
            assertThatThrownBy(() -> one.timeout(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a connected socket hears its other side only")
    void connected(Hub hub) throws Exception {
        try (UdpSocket one = UdpSocket.bound(Pair.loopback());
                UdpSocket other = UdpSocket.bound(Pair.loopback());
                UdpSocket stranger = UdpSocket.bound(Pair.loopback())) {
            assertThatThrownBy(() -> one.read(ByteBuffer.allocate(1))).isInstanceOf(NotYetConnectedException.class);
            assertThatThrownBy(() -> one.write(bytes(1))).isInstanceOf(NotYetConnectedException.class);
            one.connect(other.getLocalAddress());
            other.connect(one.getLocalAddress());
            assertThat(one.isConnected()).isTrue();
            assertThat(one.remoteAddress()).isEqualTo(other.getLocalAddress());
            ByteBuffer into = ByteBuffer.allocate(10);
            Greenlet<Integer> reader = hub.spawn(() -> one.read(into));
            hub.yieldNow();
            stranger.send(bytes(7, 7, 7), one.getLocalAddress());
            assertThat(other.write(bytes(1, 2))).isEqualTo(2);
            assertThat(reader.get()).isEqualTo(2);
            assertThat(into.flip()).isEqualTo(bytes(1, 2));
            one.disconnect();
            assertThat(one.isConnected()).isFalse();
            stranger.send(bytes(7, 7, 7), one.getLocalAddress());
            assertThat(one.receive(into.clear())).isEqualTo(stranger.getLocalAddress());
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("N14: a connected socket is told that nobody is there, and goes on")
    void portUnreachable(Hub hub) throws Exception {
        InetSocketAddress nobody;
        try (UdpSocket gone = UdpSocket.bound(Pair.loopback())) {
            nobody = gone.getLocalAddress();
        }
        try (UdpSocket one = UdpSocket.bound(Pair.loopback())) {
            one.connect(nobody);
            one.write(bytes(1));
            assertThatThrownBy(() -> one.read(ByteBuffer.allocate(1))).isInstanceOf(PortUnreachableException.class);
            Greenlet<Throwable> reader = hub.spawn(() -> {
                try {
                    one.read(ByteBuffer.allocate(1));
                    return null;
                } catch (IOException e) {
                    return e;
                }
            });
            hub.yieldNow();
            one.write(bytes(1));
            assertThat(reader.get()).isInstanceOf(PortUnreachableException.class);
            try (UdpSocket again = UdpSocket.bound(nobody)) {
                one.write(bytes(1));
                assertThat(again.receive(ByteBuffer.allocate(1))).isEqualTo(one.getLocalAddress());
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("closing ends the receive that waits; the port is free at once")
    void closed(Hub hub) throws Exception {
        hub.notErrors(AsynchronousCloseException.class::isInstance);
        UdpSocket one = UdpSocket.bound(Pair.loopback());
        InetSocketAddress at = one.getLocalAddress();
        Greenlet<Object> receiver = hub.spawn(() -> one.receive(ByteBuffer.allocate(1)));
        hub.yieldNow();
        one.close();
        one.close();
        receiver.join();
        assertThat(receiver.exception()).isInstanceOf(AsynchronousCloseException.class);
        assertThatThrownBy(() -> one.receive(ByteBuffer.allocate(1))).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> one.tryReceive(ByteBuffer.allocate(1))).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> one.send(bytes(1), at)).isExactlyInstanceOf(ClosedChannelException.class);
        UdpSocket.bound(at).close();
    }

    @HubTest(virtualTime = false)
    @DisplayName("a datagram that no system takes is an error, and the socket goes on")
    void tooLarge() throws Exception {
        try (UdpSocket one = UdpSocket.bound(Pair.loopback()); UdpSocket other = UdpSocket.bound(Pair.loopback())) {
            assertThatThrownBy(() -> one.send(ByteBuffer.allocate(70_000), other.getLocalAddress())).isInstanceOf(IOException.class);
            one.send(ByteBuffer.allocate(65_000), other.getLocalAddress());
            ByteBuffer into = ByteBuffer.allocate(70_000);
            other.receive(into);
            assertThat(into.position()).isEqualTo(65_000);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a group's datagrams come to who has joined it")
    void multicast() throws Exception {
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.ofLiteral("127.0.0.1"));
        InetAddress group = InetAddress.ofLiteral("239.7.7.7");
        try (UdpSocket one = new UdpSocket(StandardProtocolFamily.INET); UdpSocket sender = new UdpSocket(StandardProtocolFamily.INET)) {
            one.bind(new InetSocketAddress(0));
            sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback)
                    .setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
            MembershipKey membership;
            try {
                membership = one.join(group, loopback);
                sender.send(bytes(1, 2), new InetSocketAddress(group, one.getLocalAddress().getPort()));
            } catch (IOException e) {
                Assumptions.abort("no multicast on the loopback interface here: " + e);
                return;
            }
            ByteBuffer into = ByteBuffer.allocate(3);
            one.receive(into);
            assertThat(into.flip()).isEqualTo(bytes(1, 2));
            assertThat(membership.isValid()).isTrue();
            membership.drop();
            assertThat(membership.isValid()).isFalse();
            sender.send(bytes(3), new InetSocketAddress(group, one.getLocalAddress().getPort()));
            sender.send(bytes(4), new InetSocketAddress("127.0.0.1", one.getLocalAddress().getPort()));
            one.receive(into.clear());
            assertThat(into.flip()).as("the one to the group didn't come").isEqualTo(bytes(4));
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("IPv6 datagrams have IPv6 senders")
    void ipv6() throws Exception {
        UdpSocket one;
        try {
            one = UdpSocket.bound(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0));
        } catch (IOException e) {
            Assumptions.abort("no IPv6 here: " + e);
            return;
        }
        try (one; UdpSocket other = UdpSocket.bound(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0))) {
            other.send(bytes(1), one.getLocalAddress());
            assertThat(one.receive(ByteBuffer.allocate(1))).isEqualTo(other.getLocalAddress());
        }
    }
}
