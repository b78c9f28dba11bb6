package dev.jevent.servers;

import static dev.jevent.Jevent.joinAllOrThrow;
import static dev.jevent.Jevent.sleep;
import static dev.jevent.Jevent.spawn;
import static dev.jevent.servers.Clients.LOOPBACK;
import static dev.jevent.servers.Clients.ask;
import static dev.jevent.servers.Clients.connect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.io.tls.TlsStream;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

/** Clients that end their connections in every way, all at once, and a good one beside them. */
class ServerStormTest {
    /** {@code -Djevent.test.connections=100000} for the whole storm. */
    private static final int CONNECTIONS = Integer.getInteger("jevent.test.connections", 4000);

    private static final int CLIENTS = 100;

    @TempDir
    static Path folder;

    /** One bad connection: whatever happens to it, it is the client's own doing. */
    private static void misbehave(TcpSocket socket, Random random) throws IOException {
        try (socket) {
            switch (random.nextInt(6)) {
                case 0 -> {} // no byte
                case 1 -> socket.shutdownOutput();
                case 2 -> socket.write(ByteBuffer.allocate(1 + random.nextInt(2000)));
                case 3 -> {
                    socket.write(ByteBuffer.wrap("a line without an end".getBytes()));
                    Timeout.call(Duration.ofMillis(1), () -> socket.read(ByteBuffer.allocate(1)), 0);
                }
                case 4 -> {
                    socket.write(ByteBuffer.wrap("hello\n".getBytes()));
                    socket.shutdownOutput();
                }
                default -> ask(socket, "hello");
            }
            if (random.nextBoolean()) {
                socket.setOption(StandardSocketOptions.SO_LINGER, 0); // the close resets it
            }
        } catch (IOException e) {
            // closed or reset by the server meanwhile
        }
    }

    private static void storm(List<InetSocketAddress> servers, long seed) throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Greenlet<?>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Random random = new Random(seed + i);
            clients.add(spawn(() -> {
                while (next.getAndIncrement() < CONNECTIONS) {
                    misbehave(TcpSocket.connect(servers.get(random.nextInt(servers.size()))), random);
                }
            }));
        }
        joinAllOrThrow(clients);
    }

    private static InetSocketAddress address(Server server) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    }

    @HubTest(virtualTime = false, limitSeconds = 100)
    @DisplayName("N11, R1: after thousands of clients that misbehave no handler and no descriptor is left, and a good one was served all the time")
    void nothingIsLeft(Hub hub) throws Exception {
        hub.notErrors(IOException.class::isInstance);
        Certificates certificates = new Certificates(folder).make("localhost");
        SSLContext trusting = certificates.client("localhost");
        StreamServer plain = StreamServer.on(LOOPBACK, Clients::echoLines).limit(50);
        StreamServer tls = StreamServer.on(LOOPBACK, Clients::echoLines).tls(certificates.server("localhost"));
        try (plain; tls) {
            plain.start();
            tls.start();
            Greenlet<Integer> good = spawn(() -> {
                int served = 0;
                try (TlsStream client = TlsStream.client(connect(tls), trusting, "localhost", tls.port())) {
                    while (served >= 0) {
                        assertThat(ask(client, "good " + served)).isEqualTo("good " + served);
                        served++;
                        sleep(Duration.ofMillis(1));
                        if (plain.statistics().taken() + tls.statistics().taken() > CONNECTIONS) {
                            break;
                        }
                    }
                }
                return served;
            });
            storm(List.of(address(plain), address(plain), address(tls)), 7);
            assertThat(good.get()).isGreaterThan(10);
            assertThat(plain.stop(Duration.ofSeconds(20))).isTrue();
            assertThat(tls.stop(Duration.ofSeconds(20))).isTrue();
            assertThat(plain.statistics().taken() + tls.statistics().taken()).isEqualTo(CONNECTIONS + 1);
            assertThat(plain.statistics().acceptErrors() + tls.statistics().acceptErrors()).isZero();
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 100)
    void groupsAreStoppedInTheMiddleOfIt(Hub hub) throws Exception {
        for (int round = 0; round < 6; round++) {
            HubGroup group = HubGroup.of(2, () -> {
                Hub.current().notErrors(IOException.class::isInstance);
                return StreamServer.on(LOOPBACK, Clients::echoLines);
            });
            if (round % 2 == 1) {
                group.handOff();
            }
            group.start();
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), group.port());
            List<Greenlet<?>> clients = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                Random random = new Random(round * 100L + i);
                clients.add(spawn(() -> {
                    try {
                        while (true) {
                            misbehave(TcpSocket.connect(address), random);
                        }
                    } catch (IOException e) {
                        // refused: it is stopped
                    }
                }));
            }
            sleep(Duration.ofMillis(30));
            group.stop(Duration.ofMillis(round));
            hub.joinAll(clients);
            assertThat(group.hubs()).allMatch(Hub::isClosed);
        }
    }
}
