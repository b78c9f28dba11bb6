package dev.jevent.io.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;

/** Connections come and go, so that descriptors are used again and again while others wait. */
class SocketStormTest {
    /** {@code -Djevent.test.connections=100000} for the whole storm. */
    private static final int CONNECTIONS = Integer.getInteger("jevent.test.connections", 10_000);

    private static final int CLIENTS = 20;
    private static final int SILENT = 50;

    private static long descriptors() throws IOException {
        Path list = Path.of("/proc/self/fd");
        if (!Files.isDirectory(list)) {
            return 0;
        }
        try (Stream<Path> all = Files.list(list)) {
            return all.count();
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 300)
    @DisplayName("N12: connections that come and go wake nobody who waits on another, and leave no descriptor")
    void storm(Hub hub) throws Exception {
        hub.notErrors(AsynchronousCloseException.class::isInstance);
        try (TcpServerSocket server = TcpServerSocket.bind(new InetSocketAddress(0), 200)) {
            List<Pair> silent = new ArrayList<>();
            List<Greenlet<Boolean>> waiters = new ArrayList<>();
            for (int i = 0; i < SILENT; i++) {
                Pair pair = Pair.open();
                silent.add(pair);
                waiters.add(hub.spawn(() -> pair.server().readiness().await(Interest.READ, -1)));
            }
            Greenlet<Void> acceptor = hub.spawn(() -> {
                for (;;) {
                    TcpSocket accepted = server.accept();
                    hub.spawn(() -> echo(accepted));
                }
            });
            exchange(server, 0, 0); // what the first one of all opens stays
            hub.sleep(Duration.ofMillis(1));
            long before = descriptors();
            AtomicInteger next = new AtomicInteger();
            List<Greenlet<?>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int number = client;
                clients.add(hub.spawn(() -> {
                    for (int id = next.getAndIncrement(); id < CONNECTIONS; id = next.getAndIncrement()) {
                        exchange(server, number, id);
                    }
                }));
            }
            hub.joinAllOrThrow(clients);
            assertThat(waiters).as("those whose sockets are silent").noneMatch(Greenlet::dead);
            while (hub.greenlets().size() > SILENT + 1) {
                hub.yieldNow(); // servers of the last connections
            }
            hub.sleep(Duration.ofMillis(1)); // a poll, in which the loop lets go of what was closed
            assertThat(descriptors()).isLessThanOrEqualTo(before);
            for (Pair pair : silent) {
                pair.close();
            }
            hub.joinAll(waiters);
            assertThat(waiters).allMatch(waiter -> waiter.exception() instanceof AsynchronousCloseException);
            acceptor.kill();
        }
    }

    /** Sends what it gets back, until the end. Some of its clients are gone by then. */
    private static void echo(TcpSocket accepted) throws IOException {
        try (accepted) {
            ByteBuffer buffer = ByteBuffer.allocate(16);
            while (accepted.read(buffer.clear()) >= 0) {
                accepted.write(buffer.flip());
            }
        } catch (IOException e) {
            assertThat(e.getMessage()).containsAnyOf("reset", "Broken pipe");
        }
    }

    /** One connection, ended in one of several ways. */
    private static void exchange(TcpServerSocket server, int client, int id) throws IOException {
        Random chance = new Random(id);
        // Several addresses, since each has only so many ports.
        InetSocketAddress to = new InetSocketAddress("127.0.1." + (1 + client), server.port());
        try (TcpSocket socket = TcpSocket.connect(to)) {
            if (chance.nextInt(4) > 0) {
                ByteBuffer ids = ByteBuffer.allocate(8).putInt(id).putInt(~id).flip();
                socket.write(ids);
                ByteBuffer back = ByteBuffer.allocate(8);
                while (back.hasRemaining()) {
                    assertThat(socket.read(back)).isPositive();
                }
                assertThat(back.flip()).isEqualTo(ids.flip());
            }
            if (chance.nextInt(2) == 0) {
                socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        }
    }
}
