package dev.jevent.io.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.HubDestroyed;
import dev.jevent.Interest;
import dev.jevent.io.PollSet;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** What others do to a socket: resets, closes, ends. */
@SuppressWarnings("try") // closing before the end of the block is what is tested
class SocketFaultsTest {
    private static final int READ = Interest.READ.mask();

    private static void reset(StreamSocket socket) throws IOException {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        socket.close();
    }

    private static Throwable thrownIn(Greenlet<?> greenlet) {
        greenlet.join();
        return greenlet.exception();
    }

    // ---- resets ----

    @HubTest(virtualTime = false)
    @DisplayName("N11: a reset ends a read that waits, and one that comes later; the socket can be closed")
    void resetWhileReading(Hub hub) throws Exception {
        hub.notErrors(IOException.class::isInstance);
        try (Pair pair = Pair.open()) {
            Greenlet<Integer> reader = hub.spawn(() -> pair.client().read(ByteBuffer.allocate(1)));
            hub.yieldNow();
            reset(pair.server());
            assertThat(thrownIn(reader)).isInstanceOf(IOException.class).hasMessageContaining("reset");
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> pair.client().write(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
            assertThat(pair.client().isOpen()).isTrue();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("N11: a reset ends a write that waits; what was written is known")
    void resetWhileWriting(Hub hub) throws Exception {
        hub.notErrors(IOException.class::isInstance);
        try (Pair pair = Pair.narrow()) {
            ByteBuffer from = ByteBuffer.allocate(8 << 20);
            Greenlet<Integer> writer = hub.spawn(() -> pair.client().write(from));
            hub.yieldNow();
            assertThat(writer.dead()).isFalse();
            reset(pair.server());
            assertThat(thrownIn(writer)).isInstanceOf(IOException.class);
            assertThat(pair.client().bytesWritten()).isEqualTo(from.position()).isPositive();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("N11: a reset after half of the connection was shut down, and one before the first read")
    void resetWhenHalfClosed(Hub hub) throws Exception {
        hub.notErrors(IOException.class::isInstance);
        try (Pair pair = Pair.open()) {
            pair.client().shutdownOutput();
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            Greenlet<Integer> reader = hub.spawn(() -> pair.client().read(ByteBuffer.allocate(1)));
            hub.yieldNow();
            reset(pair.server());
            assertThat(thrownIn(reader)).isInstanceOf(IOException.class);
        }
        try (TcpServerSocket server = TcpServerSocket.bind(Pair.loopback(), 1)) {
            reset(TcpSocket.connect(server.getLocalAddress()));
            try (TcpSocket accepted = server.accept()) {
                assertThatThrownBy(() -> accepted.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("N11: both directions of a reset connection end; a poll tells that there is something to see")
    void resetInBothDirections(Hub hub) throws Exception {
        hub.notErrors(IOException.class::isInstance);
        try (Pair pair = Pair.narrow(); PollSet set = new PollSet()) {
            set.register(pair.client(), READ);
            Greenlet<Integer> reader = hub.spawn(() -> pair.client().read(ByteBuffer.allocate(1)));
            Greenlet<Integer> writer = hub.spawn(() -> pair.client().write(ByteBuffer.allocate(8 << 20)));
            Greenlet<List<PollSet.Ready>> poller = hub.spawn(() -> set.poll());
            hub.yieldNow();
            reset(pair.server());
            assertThat(poller.get()).containsExactly(new PollSet.Ready(pair.client(), READ));
            assertThat(thrownIn(reader)).isInstanceOf(IOException.class);
            assertThat(thrownIn(writer)).isInstanceOf(IOException.class);
        }
    }

    // ---- closes ----

    /** Closes {@code client} after so many steps of the other side. */
    private interface Closing {
        void close(StreamSocket socket) throws Exception;
    }

    private static void closeAtEveryStep(Hub hub, Closing closing) throws Exception {
        hub.notErrors(IOException.class::isInstance);
        for (int k = 0; k < 30; k++) {
            try (Pair pair = Pair.open()) {
                pair.client().setOption(StandardSocketOptions.SO_SNDBUF, 8192);
                ByteBuffer from = ByteBuffer.allocate(4 << 20);
                Greenlet<Integer> writer = hub.spawn(() -> pair.client().write(from));
                Greenlet<Void> reader = hub.spawn(() -> {
                    while (pair.client().read(ByteBuffer.allocate(10)) >= 0) {
                        // on
                    }
                });
                for (int i = 0; i < k; i++) {
                    pair.server().tryRead(ByteBuffer.allocate(40_000));
                    pair.server().tryWrite(ByteBuffer.allocate(7));
                    hub.yieldNow();
                }
                closing.close(pair.client());
                assertThat(thrownIn(writer)).isInstanceOf(ClosedChannelException.class);
                assertThat(thrownIn(reader)).isInstanceOf(ClosedChannelException.class);
                assertThat(pair.client().isOpen()).isFalse();
                while (pair.client().channel().isOpen()) {
                    hub.yieldNow();
                }
                pair.client().close();
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-12: a close at any time ends a reader and a writer")
    void closedByAGreenlet(Hub hub) throws Exception {
        closeAtEveryStep(hub, StreamSocket::close);
    }

    @HubTest(virtualTime = false)
    @DisplayName("a close by a thread without a hub, at any time, ends a reader and a writer")
    void closedByAThread(Hub hub) throws Exception {
        closeAtEveryStep(hub, socket -> {
            Thread closer = Thread.ofPlatform().start(() -> {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            closer.join();
        });
    }

    @HubTest(virtualTime = false)
    @DisplayName("a channel that is closed behind a socket's back is an error that says so, not a hang")
    void channelClosedBehindItsBack(Hub hub) throws Exception {
        try (Pair pair = Pair.open()) {
            pair.client().channel().close(); // has been waited for
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> pair.client().write(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
            pair.server().channel().close(); // which nobody has waited for yet
            assertThatThrownBy(() -> pair.server().readiness().await(Interest.READ, -1)).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> pair.server().readiness().await(Interest.WRITE, 1)).isInstanceOf(ClosedChannelException.class);
        }
    }

    // ---- hubs ----

    @HubTest(virtualTime = false)
    @DisplayName("a hub that is closed ends those who wait on its sockets; the sockets can be closed, and used elsewhere")
    void hubIsClosed(Hub hub) throws Exception {
        try (Pair pair = Pair.open(); Pair closedElsewhere = Pair.open();
                TcpServerSocket server = TcpServerSocket.bind(Pair.loopback(), 1)) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            PollSet[] set = new PollSet[1];
            Thread other = Thread.ofPlatform().start(() -> {
                try (Hub second = Hub.current()) {
                    second.notErrors(HubDestroyed.class::isInstance);
                    set[0] = new PollSet();
                    set[0].register(pair.server(), READ);
                    set[0].register(closedElsewhere.client(), READ);
                    List<Greenlet<?>> waiters = List.of(
                            second.spawn(() -> pair.client().read(ByteBuffer.allocate(1))),
                            second.spawn(() -> closedElsewhere.server().read(ByteBuffer.allocate(1))),
                            second.spawn(() -> server.accept()),
                            second.spawn(() -> set[0].poll()));
                    second.sleep(Duration.ofMillis(1));
                    assertThat(waiters).noneMatch(Greenlet::dead);
                    second.close();
                    assertThat(waiters).allMatch(Greenlet::dead);
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            other.join();
            assertThat(failure).hasValue(null);
            closedElsewhere.close();
            assertThat(closedElsewhere.client().channel().isOpen()).isFalse();
            assertThat(closedElsewhere.server().channel().isOpen()).isFalse();
            Greenlet<Integer> reader = hub.spawn(() -> pair.client().read(ByteBuffer.allocate(9)));
            hub.yieldNow();
            pair.server().write(ByteBuffer.allocate(3));
            assertThat(reader.get()).isEqualTo(3);
            pair.close();
            assertThat(pair.server().channel().isOpen()).isFalse();
            Greenlet<TcpSocket> acceptor = hub.spawn(() -> server.accept());
            hub.yieldNow();
            TcpSocket.connect(server.getLocalAddress()).close();
            acceptor.get().close();
        }
    }

    // ---- descriptors ----

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("N8: without descriptors accept, connect and open fail with an error, and go on as soon as there are some")
    void descriptorsRunOut() throws Exception {
        Process child = new ProcessBuilder("sh", "-c", "ulimit -n 160; exec \"$0\" \"$@\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED",
                        "-Djevent.loop=" + System.getProperty("jevent.loop", ""), "-XX:-MaxFDLimit",
                        "-cp", System.getProperty("java.class.path"), FewDescriptors.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes());
        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output).contains("accept: Too many open files")
                .contains("connect: Too many open files")
                .contains("open: Too many open files")
                .contains("recovered: 3 bytes");
    }

    @HubTest(virtualTime = false)
    @DisplayName("closing twice, or a socket that was never used, is nothing")
    void closesTwice() throws Exception {
        TcpSocket unused = new TcpSocket();
        unused.close();
        unused.close();
        TcpServerSocket unbound = new TcpServerSocket();
        unbound.close();
        unbound.close();
        assertThat(unused.toString()).isEqualTo("<TcpSocket closed>");
        assertThatThrownBy(() -> unused.connectTo(Pair.loopback(), null)).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(unused::shutdownInput).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(unused::shutdownOutput).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(unbound::accept).isExactlyInstanceOf(ClosedChannelException.class);
    }
}
