package dev.jevent.io.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.Watcher;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // closing before the end of the block is what is tested
class SocketOperationsTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private static ByteBuffer bytes(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length);
        Arrays.stream(values).forEach(value -> buffer.put((byte) value));
        return buffer.flip();
    }

    private static byte[] random(int size) {
        byte[] data = new byte[size];
        new Random(size).nextBytes(data);
        return data;
    }

    // ---- reading and writing ----

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-03, F-SOCK-10: what is written without waiting arrives; without room, or bytes, it does nothing")
    void tryOperations() throws Exception {
        try (Pair pair = Pair.open()) {
            assertThat(pair.server().tryRead(ByteBuffer.allocate(4))).isZero();
            assertThat(pair.client().tryWrite(bytes(1, 2, 3))).isEqualTo(3);
            ByteBuffer into = ByteBuffer.allocate(4);
            assertThat(pair.server().read(into)).isEqualTo(3);
            assertThat(into.flip()).isEqualTo(bytes(1, 2, 3));
            ByteBuffer large = ByteBuffer.allocate(64 << 20);
            int written = 0;
            for (int count; (count = pair.client().tryWrite(large)) > 0; ) {
                written += count; // the system may have made room meanwhile
            }
            assertThat(written).isEqualTo(large.position()).isPositive().isLessThan(64 << 20);
            assertThat(pair.server().tryRead(ByteBuffer.allocate(0))).isZero();
            pair.client().shutdownOutput();
            long got = 0;
            for (int count; (count = pair.server().read(large.clear())) >= 0; ) {
                got += count;
            }
            assertThat(got).isEqualTo(written);
            assertThat(pair.server().tryRead(into)).isEqualTo(-1);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-24: every kind of buffer is sent and filled: with an offset, read-only, direct, a slice")
    void kindsOfBuffers(Hub hub) throws Exception {
        byte[] data = random(300_000);
        List<ByteBuffer> kinds = List.of(
                ByteBuffer.wrap(data, 7, 200_001),
                ByteBuffer.wrap(data).asReadOnlyBuffer(),
                ByteBuffer.allocateDirect(data.length).put(data).flip(),
                ByteBuffer.wrap(data, 3, 1000).slice(),
                ByteBuffer.allocate(0));
        for (ByteBuffer kind : kinds) {
            byte[] expected = new byte[kind.remaining()];
            kind.duplicate().get(expected);
            try (Pair pair = Pair.open()) {
                Greenlet<byte[]> reader = hub.spawn(() -> pair.server().inputStream().readAllBytes());
                int limit = kind.limit();
                assertThat(pair.client().write(kind)).isEqualTo(expected.length);
                assertThat(kind.position()).isEqualTo(limit);
                assertThat(kind.limit()).isEqualTo(limit);
                pair.client().shutdownOutput();
                assertThat(reader.get()).isEqualTo(expected);
            }
        }
        try (Pair pair = Pair.open()) {
            assertThatThrownBy(() -> pair.server().read(ByteBuffer.allocate(1).asReadOnlyBuffer()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> pair.server().read(new ByteBuffer[1], 1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(pair.server().read(new ByteBuffer[0])).isZero();
            assertThat(pair.server().write(new ByteBuffer[0])).isZero();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("gathering and scattering go through parts of all sizes in order, and leave limits alone")
    void gatherAndScatter(Hub hub) throws Exception {
        byte[] data = random(1_000_000);
        int[] sizes = {0, 1, 131_072, 500_000, 0, 131_071, data.length - 762_144};
        ByteBuffer[] from = new ByteBuffer[sizes.length];
        ByteBuffer[] into = new ByteBuffer[sizes.length];
        for (int i = 0, at = 0; i < sizes.length; at += sizes[i++]) {
            from[i] = ByteBuffer.wrap(data, at, sizes[i]);
            int room = sizes[sizes.length - 1 - i] - (i == 0 ? 10 : 0);
            into[i] = i == 3 ? ByteBuffer.allocateDirect(room) : ByteBuffer.allocate(room);
        }
        try (Pair pair = Pair.open()) {
            Greenlet<Long> writer = hub.spawn(() -> pair.client().write(from));
            long total = Arrays.stream(into).mapToLong(ByteBuffer::remaining).sum();
            long got = 0;
            while (got < total) {
                got += pair.server().read(into);
            }
            assertThat(pair.server().read(into)).as("all are full").isZero();
            ByteBuffer all = ByteBuffer.allocate((int) total);
            for (ByteBuffer part : into) {
                assertThat(part.limit()).isEqualTo(part.capacity());
                all.put(part.flip());
            }
            assertThat(all.array()).isEqualTo(Arrays.copyOf(data, (int) total));
            byte[] rest = pair.server().inputStream().readNBytes(data.length - (int) total);
            assertThat(rest).isEqualTo(Arrays.copyOfRange(data, (int) total, data.length));
            assertThat(writer.get()).isEqualTo(data.length);
            for (int i = 0, at = 0; i < sizes.length; at += sizes[i++]) {
                assertThat(from[i].limit()).isEqualTo(at + sizes[i]);
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SOCK-20: the streams of a socket read and write single bytes and parts of arrays; closing one closes the socket")
    void streams(Hub hub) throws Exception {
        try (Pair pair = Pair.open()) {
            OutputStream out = pair.client().outputStream();
            InputStream in = pair.server().inputStream();
            assertThat(pair.server().inputStream()).isSameAs(in);
            out.write(200);
            out.write(new byte[] {1, 2, 3, 4}, 1, 2);
            assertThat(in.read()).isEqualTo(200);
            byte[] into = new byte[6];
            assertThat(in.read(into, 2, 4)).isEqualTo(2);
            assertThat(into).containsExactly(0, 0, 2, 3, 0, 0);
            assertThat(in.read(into, 0, 0)).isZero();
            assertThatThrownBy(() -> in.read(into, 5, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> out.write(into, -1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            Greenlet<Integer> reader = hub.spawn(() -> in.read(into, 0, 2));
            hub.yieldNow();
            assertThatThrownBy(() -> in.read(into, 4, 2)).isInstanceOf(ConcurrentUseException.class);
            out.write(new byte[] {8, 9});
            assertThat(reader.get()).isEqualTo(2);
            assertThat(into).as("the second reader moved nothing").containsExactly(8, 9, 2, 3, 0, 0);
            out.close();
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.read(into)).isEqualTo(-1);
            assertThat(pair.client().isOpen()).isFalse();
            in.close();
            in.close();
            assertThat(pair.server().isOpen()).isFalse();
            assertThatThrownBy(() -> in.read()).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> out.write(1)).isInstanceOf(ClosedChannelException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SOCK-13: a file is sent as far as it goes, from any position, without moving its own")
    void sendFile(Hub hub, @TempDir Path directory) throws Exception {
        byte[] data = random(500_000);
        Path path = directory.resolve("data");
        Files.write(path, data);
        try (FileChannel file = FileChannel.open(path); Pair pair = Pair.open()) {
            Greenlet<byte[]> reader = hub.spawn(() -> pair.server().inputStream().readAllBytes());
            assertThat(pair.client().send(file, 100, 400_000)).isEqualTo(400_000);
            assertThat(pair.client().send(file, 400_100, 1_000_000)).as("up to its end").isEqualTo(99_900);
            assertThat(pair.client().send(file, 500_000, 1)).isZero();
            assertThat(pair.client().send(file, 900_000, 1)).isZero();
            assertThat(pair.client().send(file, 0, 0)).isZero();
            assertThat(file.position()).isZero();
            assertThatThrownBy(() -> pair.client().send(file, -1, 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> pair.client().send(file, 1, -1)).isInstanceOf(IllegalArgumentException.class);
            pair.client().shutdownOutput();
            assertThat(reader.get()).isEqualTo(Arrays.copyOfRange(data, 100, data.length));
            assertThat(pair.client().bytesWritten()).isEqualTo(499_900);
        }
        try (FileChannel file = FileChannel.open(path); Pair pair = Pair.narrow()) {
            pair.client().timeout(SHORT);
            assertThatThrownBy(() -> pair.client().send(file, 0, data.length))
                    .isInstanceOfSatisfying(SocketTimeoutException.class,
                            e -> assertThat(e.bytesTransferred).isPositive().isEqualTo((int) pair.client().bytesWritten()));
        }
    }

    // ---- connecting ----

    @HubTest(virtualTime = false)
    @DisplayName("a second connect is refused, and leaves the connection, or the attempt, alone")
    void connectsOnce(Hub hub) throws Exception {
        try (Pair pair = Pair.open(); FullServer full = new FullServer()) {
            assertThatThrownBy(() -> pair.client().connectTo(full.address(), null)).isInstanceOf(AlreadyConnectedException.class);
            pair.client().write(bytes(1));
            assertThat(pair.server().read(ByteBuffer.allocate(2))).isEqualTo(1);
            TcpSocket socket = new TcpSocket();
            Greenlet<Void> connecting = hub.spawn(() -> socket.connectTo(full.address(), null));
            hub.yieldNow();
            assertThatThrownBy(() -> socket.connectTo(full.address(), null))
                    .isInstanceOf(ConcurrentUseException.class);
            assertThat(connecting.dead()).isFalse();
            assertThat(socket.isOpen()).isTrue();
            assertThat(socket.isConnected()).isFalse();
            connecting.kill();
            assertThat(socket.isOpen()).isFalse();
            assertThatThrownBy(() -> socket.connectTo(full.address(), null)).isInstanceOf(ClosedChannelException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-LOOP-12: who connects gets an error when a timer closes the socket meanwhile")
    void connectOfASocketThatIsClosed(Hub hub) throws Exception {
        try (FullServer full = new FullServer()) {
            TcpSocket socket = new TcpSocket();
            Greenlet<Throwable> connecting = hub.spawn(() -> catchThrowable(() -> socket.connectTo(full.address(), null)));
            hub.yieldNow();
            try (Watcher.Timer timer = hub.loop().timer(Duration.ZERO)) {
                timer.start(() -> assertThatCode(socket::close).doesNotThrowAnyException());
                assertThat(connecting.get()).isExactlyInstanceOf(AsynchronousCloseException.class);
            }
            assertThat(socket.isConnected()).isFalse();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-15: the error of a refused connect names the address; the socket is closed")
    void refusedConnectNamesTheAddress() throws Exception {
        int port;
        try (TcpServerSocket server = TcpServerSocket.bind(Pair.loopback(), 1)) {
            port = server.port();
        }
        TcpSocket socket = new TcpSocket();
        assertThatThrownBy(() -> socket.connectTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), null))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("127.0.0.1:" + port);
        assertThat(socket.isOpen()).isFalse();
        try (TcpSocket other = new TcpSocket()) {
            assertThatThrownBy(() -> other.connectTo(InetSocketAddress.createUnresolved("a.example", 80), null))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageContaining("a.example");
            assertThatThrownBy(() -> other.connectTo(new InetSocketAddress("127.0.0.1", port), Duration.ofNanos(-1)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(other.isOpen()).as("after errors that came before any attempt").isTrue();
            assertThatThrownBy(() -> other.read(ByteBuffer.allocate(1))).isInstanceOf(NotYetConnectedException.class);
            assertThatThrownBy(other::shutdownOutput).isInstanceOf(NotYetConnectedException.class);
            assertThat(other.isOutputShutdown()).isFalse();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-19: an IPv6 address keeps its scope when it is connected to")
    void scopeIsKept() throws Exception {
        Inet6Address loopback = (Inet6Address) InetAddress.ofLiteral("::1%1");
        TcpServerSocket server;
        try {
            server = TcpServerSocket.bind(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0), 4);
        } catch (IOException e) {
            Assumptions.abort("no IPv6 here: " + e);
            return;
        }
        try (server; TcpSocket byAddress = TcpSocket.connect(new InetSocketAddress(loopback, server.port()));
                TcpSocket byName = TcpSocket.connect("::1%1", server.port())) {
            assertThat(((Inet6Address) byAddress.remoteAddress().getAddress()).getScopeId()).isEqualTo(1);
            assertThat(((Inet6Address) byName.remoteAddress().getAddress()).getScopeId()).isEqualTo(1);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SOCK-07, F-SOCK-22: a socket is bound and given options before it is connected; options of one that listens likewise")
    void boundWithOptions() throws Exception {
        try (TcpServerSocket server = new TcpServerSocket()) {
            assertThat(server.port()).isEqualTo(-1);
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(Pair.loopback());
            assertThat(server.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
            assertThat(server.supportedOptions()).contains(StandardSocketOptions.SO_RCVBUF);
            try (TcpSocket socket = new TcpSocket(java.net.StandardProtocolFamily.INET)) {
                socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true).bind(new InetSocketAddress("127.0.0.8", 0));
                int port = socket.getLocalAddress().getPort();
                socket.connectTo(server.getLocalAddress(), SHORT.multipliedBy(100));
                try (TcpSocket accepted = server.accept()) {
                    assertThat(accepted.remoteAddress()).isEqualTo(new InetSocketAddress("127.0.0.8", port));
                }
                assertThat(socket.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
                assertThat(socket.supportedOptions()).contains(StandardSocketOptions.TCP_NODELAY);
                assertThat(socket.toString()).contains("127.0.0.8:" + port).contains("->");
            }
        }
    }

    // ---- accepting ----

    @HubTest(virtualTime = false)
    @DisplayName("F-SOCK-04: an accepted connection doesn't inherit the timeout")
    void acceptedHasNoTimeout() throws Exception {
        try (TcpServerSocket server = TcpServerSocket.bind(Pair.loopback(), 4)) {
            server.timeout(Duration.ofSeconds(20));
            assertThat(server.timeout()).isEqualTo(Duration.ofSeconds(20));
            try (TcpSocket client = TcpSocket.connect(server.getLocalAddress()); TcpSocket accepted = server.accept()) {
                assertThat(accepted.timeout()).isNull();
                assertThat(client.timeout()).isNull();
                assertThat(server.tryAccept()).isNull();
            }
            assertThatThrownBy(() -> server.timeout(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("as many connections as the backlog allows are made before anybody accepts; the port is free after the close")
    void backlog(Hub hub) throws Exception {
        InetSocketAddress at;
        try (TcpServerSocket server = TcpServerSocket.bind(Pair.loopback(), 8)) {
            at = server.getLocalAddress();
            TcpSocket[] clients = new TcpSocket[8];
            for (int i = 0; i < 8; i++) {
                clients[i] = TcpSocket.connect(at);
            }
            for (TcpSocket client : clients) {
                try (client; TcpSocket accepted = server.accept()) {
                    assertThat(accepted.remoteAddress()).isEqualTo(client.getLocalAddress());
                }
            }
            server.timeout(SHORT);
            assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
        }
        try (TcpServerSocket again = TcpServerSocket.bind(at, 1)) { // though the loop watched the one before
            assertThat(again.getLocalAddress()).isEqualTo(at);
        }
    }

    // ---- waiting ----

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-21: ref of a socket counts for waits in both directions, also for one that has begun")
    void ref(Hub hub) throws Exception {
        try (Pair pair = Pair.narrow()) {
            while (pair.client().tryWrite(ByteBuffer.allocate(1 << 20)) > 0) {
                hub.yieldNow();
            }
            int before = hub.loop().statistics().refs();
            Greenlet<Integer> reader = hub.spawn(() -> pair.client().read(ByteBuffer.allocate(1)));
            Greenlet<Integer> writer = hub.spawn(() -> pair.client().write(ByteBuffer.allocate(1)));
            hub.yieldNow();
            assertThat(hub.loop().statistics().refs()).isEqualTo(before + 2);
            pair.client().ref(false);
            assertThat(pair.client().ref()).isFalse();
            assertThat(hub.loop().statistics().refs()).isEqualTo(before);
            assertThat(hub.join(Duration.ofSeconds(20))).as("nothing keeps the loop going").isTrue();
            pair.client().ref(true);
            assertThat(hub.loop().statistics().refs()).isEqualTo(before + 2);
            pair.client().ref(false);
            reader.kill();
            writer.kill();
            reader = hub.spawn(() -> pair.client().read(ByteBuffer.allocate(1)));
            hub.yieldNow();
            assertThat(hub.loop().statistics().refs()).isEqualTo(before);
            reader.kill();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-18, F-SOCK-25: readiness is waited for without an operation, with a limit")
    void waitsForReadiness() throws Exception {
        try (Pair pair = Pair.open()) {
            assertThat(pair.server().readiness().await(Interest.READ, 1_000_000)).isFalse();
            assertThat(pair.server().readiness().await(Interest.WRITE, -1)).isTrue();
            pair.client().write(bytes(1));
            assertThat(pair.server().readiness().await(Interest.READ, -1)).isTrue();
            assertThat(pair.server().readiness().await(Interest.READ, -1)).as("as long as it lasts").isTrue();
            pair.server().close();
            assertThatThrownBy(() -> pair.server().readiness().await(Interest.READ, -1))
                    .isExactlyInstanceOf(ClosedChannelException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-22, F-SOCK-14: a timeout changes nothing but waits; null is none, negative is refused, zero never waits")
    void timeoutsAreChecked() throws Exception {
        try (Pair pair = Pair.open()) {
            pair.client().timeout(SHORT);
            assertThat(pair.client().timeout()).isEqualTo(SHORT);
            assertThat(pair.client().channel().isBlocking()).isFalse();
            assertThatThrownBy(() -> pair.client().timeout(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
            pair.client().timeout(Duration.ZERO);
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1))).isInstanceOf(SocketTimeoutException.class);
            assertThat(pair.client().write(bytes(1, 2))).isEqualTo(2);
            assertThatThrownBy(() -> pair.client().write(ByteBuffer.allocate(64 << 20))).isInstanceOf(SocketTimeoutException.class);
            pair.client().timeout(null);
            assertThat(pair.client().timeout()).isNull();
            assertThat(pair.server().read(ByteBuffer.allocate(2))).isEqualTo(2);
            pair.client().timeout(Duration.ofSeconds(Long.MAX_VALUE));
            pair.server().write(bytes(1));
            assertThat(pair.client().read(ByteBuffer.allocate(2))).isEqualTo(1);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a timeout that is set while a read waits counts for the next one")
    void timeoutSetMeanwhile(Hub hub) throws Exception {
        try (Pair pair = Pair.narrow()) {
            Greenlet<Integer> writer = hub.spawn(() -> pair.client().write(ByteBuffer.allocate(100_000)));
            hub.yieldNow();
            pair.client().timeout(Duration.ofHours(1));
            byte[] got = pair.server().inputStream().readNBytes(100_000);
            assertThat(got).hasSize(100_000);
            assertThat(writer.get()).isEqualTo(100_000);
        }
    }

    // ---- shutting down ----

    @HubTest(virtualTime = false)
    @DisplayName("F-SOCK-18: after the output is shut down writes fail and reads go on; a writer that waits is told")
    void shutdownOutput(Hub hub) throws Exception {
        hub.notErrors(ClosedChannelException.class::isInstance);
        try (Pair pair = Pair.narrow()) {
            Greenlet<Integer> writer = hub.spawn(() -> pair.client().write(ByteBuffer.allocate(64 << 20)));
            hub.yieldNow();
            pair.client().shutdownOutput();
            pair.client().shutdownOutput();
            writer.join();
            assertThat(writer.exception()).isInstanceOf(ClosedChannelException.class);
            assertThat(pair.client().isOutputShutdown()).isTrue();
            assertThatThrownBy(() -> pair.client().write(bytes(1))).isInstanceOf(ClosedChannelException.class);
            pair.server().write(bytes(1, 2));
            assertThat(pair.client().read(ByteBuffer.allocate(5))).isEqualTo(2);
            assertThat(pair.server().inputStream().readAllBytes()).hasSize((int) pair.client().bytesWritten());
        }
    }
}
