package dev.jevent.io.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.HubTest;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;

@SuppressWarnings("try") // closing before the end of the block is what is tested
class TcpSocketTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-01: what is written in one piece arrives the same, from an array and from a direct buffer")
    void largeWritesArrive(Hub hub) throws Exception {
        byte[] data = new byte[3_000_000];
        new Random(1).nextBytes(data);
        for (ByteBuffer from : new ByteBuffer[] {ByteBuffer.wrap(data), ByteBuffer.allocateDirect(data.length).put(data).flip()}) {
            try (Pair pair = Pair.open()) {
                Greenlet<byte[]> reader = hub.spawn(() -> pair.server().inputStream().readAllBytes());
                assertThat(pair.client().write(from)).isEqualTo(data.length);
                pair.client().shutdownOutput();
                assertThat(reader.get()).isEqualTo(data);
                assertThat(pair.client().bytesWritten()).isEqualTo(data.length);
                assertThat(pair.server().bytesRead()).isEqualTo(data.length);
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-04: one greenlet reads while another writes to the same socket, in both directions at once")
    void fullDuplex(Hub hub) throws Exception {
        byte[] up = new byte[700_000];
        byte[] down = new byte[900_000];
        Arrays.fill(up, (byte) 1);
        Arrays.fill(down, (byte) 2);
        try (Pair pair = Pair.open()) {
            Greenlet<Void> clientWrites = hub.spawn(() -> {
                pair.client().outputStream().write(up);
                pair.client().shutdownOutput();
            });
            Greenlet<Void> serverWrites = hub.spawn(() -> {
                pair.server().outputStream().write(down);
                pair.server().shutdownOutput();
            });
            Greenlet<byte[]> clientReads = hub.spawn(() -> pair.client().inputStream().readAllBytes());
            Greenlet<byte[]> serverReads = hub.spawn(() -> pair.server().inputStream().readAllBytes());
            assertThat(clientReads.get()).isEqualTo(down);
            assertThat(serverReads.get()).isEqualTo(up);
            clientWrites.get();
            serverWrites.get();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-06: the timeout of a write is for all of it, and the error and the position tell how much went")
    void writeTimesOutAsAWhole() throws Exception {
        try (Pair pair = Pair.open()) {
            pair.client().timeout(SHORT);
            ByteBuffer data = ByteBuffer.allocate(64 << 20);
            assertThatThrownBy(() -> pair.client().write(data))
                    .isInstanceOfSatisfying(SocketTimeoutException.class, e -> {
                        assertThat(e.bytesTransferred).isPositive().isEqualTo(data.position());
                        assertThat(pair.client().bytesWritten()).isEqualTo(data.position());
                    });
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-07, F-SOCK-15: a read that times out says so; the socket stays usable, after an outer Timeout, too")
    void readTimesOut(Hub hub) throws Exception {
        try (Pair pair = Pair.open()) {
            pair.client().timeout(SHORT);
            ByteBuffer into = ByteBuffer.allocate(10);
            assertThatThrownBy(() -> pair.client().read(into))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("read timed out");
            pair.client().timeout(null);
            assertThatThrownBy(() -> Timeout.call(SHORT, () -> pair.client().read(into))).isInstanceOf(TimeoutException.class);
            pair.server().write(ByteBuffer.wrap(new byte[3]));
            assertThat(pair.client().read(into)).isEqualTo(3);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-12: closing a socket ends the read that waits on it")
    void closeEndsWaits(Hub hub) throws Exception {
        hub.notErrors(AsynchronousCloseException.class::isInstance);
        try (Pair pair = Pair.open()) {
            Greenlet<Integer> reader = hub.spawn(() -> pair.client().read(ByteBuffer.allocate(1)));
            hub.yieldNow();
            pair.client().close();
            reader.join();
            assertThat(reader.exception()).isInstanceOf(AsynchronousCloseException.class);
            assertThat(pair.client().isOpen()).isFalse();
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1))).isExactlyInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> pair.client().write(ByteBuffer.allocate(1))).isExactlyInstanceOf(ClosedChannelException.class);
            assertThat(pair.server().read(ByteBuffer.allocate(1))).as("the other side sees the end").isEqualTo(-1);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-13, F-SOCK-16: a second reader is refused, again and again, with an error that names both; the first goes on")
    void secondReaderIsRefused(Hub hub) throws Exception {
        try (Pair pair = Pair.open()) {
            Greenlet<Integer> first = hub.spawn(() -> pair.client().read(ByteBuffer.allocate(5)));
            first.name("first");
            hub.yieldNow();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(5)))
                        .isInstanceOf(ConcurrentUseException.class)
                        .hasMessageContaining(hub.main().toString())
                        .hasMessageContaining("first")
                        .hasMessageContaining(pair.client().toString());
            }
            pair.client().write(ByteBuffer.allocate(1));
            pair.server().write(ByteBuffer.allocate(2));
            assertThat(first.get()).isEqualTo(2);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-15: nobody there: refused")
    void refused() throws Exception {
        int port;
        try (TcpServerSocket server = TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)) {
            port = server.port();
        }
        assertThatThrownBy(() -> TcpSocket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
                .isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> TcpSocket.connect("127.0.0.1", port)).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> new Connector("127.0.0.1", port).local(new InetSocketAddress("127.0.0.1", 0)).connect())
                .isInstanceOf(ConnectException.class);
    }

    @HubTest(virtualTime = false)
    @DisplayName("O-SOC-02, F-SOCK-18: a reader that waits finds the end of the stream when its input is shut down")
    void shutdownInputEndsTheRead(Hub hub) throws Exception {
        try (Pair pair = Pair.open()) {
            Greenlet<Integer> reader = hub.spawn(() -> pair.client().read(ByteBuffer.allocate(1)));
            hub.yieldNow();
            pair.client().shutdownInput();
            assertThat(reader.get()).isEqualTo(-1);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("O-SOC-01: what a server with a timeout accepts has none")
    void theServersTimeoutIsNotThatOfItsConnections() throws Exception {
        try (TcpServerSocket server = TcpServerSocket.bind(0)) {
            server.timeout(Duration.ofSeconds(20));
            try (TcpSocket client = TcpSocket.connect("127.0.0.1", server.port()); TcpSocket accepted = server.accept()) {
                assertThat(accepted.timeout()).isNull();
                assertThat(client.timeout()).isNull();
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a server whose accept is timed out or closed goes on, and ends")
    void acceptTimesOutAndIsClosed(Hub hub) throws Exception {
        hub.notErrors(AsynchronousCloseException.class::isInstance);
        try (TcpServerSocket server = TcpServerSocket.bind(0)) {
            server.timeout(SHORT);
            assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class).hasMessage("accept timed out");
            server.timeout(null);
            Greenlet<TcpSocket> acceptor = hub.spawn(() -> server.accept());
            hub.yieldNow();
            assertThatThrownBy(server::accept).isInstanceOf(ConcurrentUseException.class);
            server.close();
            acceptor.join();
            assertThat(acceptor.exception()).isInstanceOf(AsynchronousCloseException.class);
            assertThatThrownBy(server::accept).isExactlyInstanceOf(ClosedChannelException.class);
        }
    }
}
