package dev.jevent.io.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.sync.Event;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConnectorTest {
    private static final Duration SHORT = Duration.ofMillis(30);
    private static final Duration NEVER = Duration.ofHours(1);

    /** Refuses, since nobody is there. */
    private static final String REFUSING = "127.0.0.3";

    /** Accepts. */
    private static final String GOOD = "127.0.0.4";

    /** Never answers. */
    private static final String SILENT = "127.0.0.5";

    private static final String ALSO_REFUSING = "127.0.0.6";

    /** Servers at the same port of several addresses, and a resolver that knows them by one name. */
    private static final class Scene implements AutoCloseable {
        private final TcpServerSocket good = TcpServerSocket.bind(new InetSocketAddress(GOOD, 0), 10);
        final int port = good.port();
        private final FullServer silent = new FullServer(new InetSocketAddress(SILENT, port));
        private final Hub hub = Hub.current();

        Scene(String... addresses) throws IOException {
            hub.resolver(new Fixed(List.of(addresses)));
        }

        Connector connector() {
            return new Connector("many.example", port);
        }

        @Override
        public void close() throws IOException {
            hub.resolver(null);
            good.close();
            silent.close();
        }
    }

    static class Fixed implements Resolver {
        private final List<String> literals;

        Fixed(List<String> literals) {
            this.literals = literals;
        }

        @Override
        public List<InetAddress> addresses(String host, Family family) throws UnknownHostException {
            List<InetAddress> addresses = new ArrayList<>();
            for (String literal : literals) {
                addresses.add(InetAddress.ofLiteral(literal));
            }
            if (addresses.isEmpty()) {
                throw new UnknownHostException(host + ": no such name");
            }
            return addresses;
        }

        @Override
        public String name(InetAddress address) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String canonicalName(String host) {
            return host;
        }

        @Override
        public int port(String service, String protocol) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Entry> records(String name, String type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String name() {
            return "fixed";
        }

        @Override
        public void close() {
            // holds nothing
        }

        @Override
        public Statistics statistics() {
            return new Statistics(0, 0, 0);
        }
    }

    @Test
    @DisplayName("RFC 8305 section 4: families take turns, beginning with that of the first; within one the order stays")
    void familiesTakeTurns() {
        assertThat(interleaved("::1", "::2", "::3", "1.1.1.1", "2.2.2.2")).containsExactly("::1", "1.1.1.1", "::2", "2.2.2.2", "::3");
        assertThat(interleaved("1.1.1.1", "2.2.2.2", "::1")).containsExactly("1.1.1.1", "::1", "2.2.2.2");
        assertThat(interleaved("1.1.1.1")).containsExactly("1.1.1.1");
    }

    private static List<String> interleaved(String... literals) {
        return Connector.interleave(List.of(literals).stream().map(InetAddress::ofLiteral).toList()).stream()
                .map(address -> address.getHostAddress().replaceFirst("^(0:)+", "::"))
                .toList();
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SOCK-07: an address that refuses doesn't cost a head start")
    void refusedThenGood() throws Exception {
        try (Scene scene = new Scene(REFUSING, ALSO_REFUSING, GOOD)) {
            try (TcpSocket socket = scene.connector().headStart(NEVER).connect()) {
                assertThat(socket.remoteAddress()).isEqualTo(new InetSocketAddress(GOOD, scene.port));
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("the next address is tried beside one that doesn't answer; the first connection counts")
    void silentThenGood(Hub hub) throws Exception {
        try (Scene scene = new Scene(SILENT, GOOD)) {
            try (TcpSocket socket = scene.connector().headStart(SHORT).connect()) {
                assertThat(socket.remoteAddress()).isEqualTo(new InetSocketAddress(GOOD, scene.port));
                awaitEndOfAttempts(hub);
            }
            try (TcpSocket socket = TcpSocket.connect("many.example", scene.port)) {
                assertThat(socket.isConnected()).isTrue();
            }
            try (TcpSocket socket = TcpSocket.connect(InetSocketAddress.createUnresolved("many.example", scene.port))) {
                assertThat(socket.isConnected()).isTrue();
            }
        }
    }

    private static void awaitEndOfAttempts(Hub hub) {
        while (!hub.greenlets().isEmpty()) {
            hub.yieldNow();
        }
    }

    @Test
    @DisplayName("an address of a family that the system doesn't have is an attempt that fails, as any other")
    void familyThatIsMissing() throws Exception {
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED",
                        "-Djevent.loop=" + System.getProperty("jevent.loop", ""), "-Djava.net.preferIPv4Stack=true",
                        "-cp", System.getProperty("java.class.path"), OnlyIpv4.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes());
        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output).contains("connected to 127.0.0.1");
    }

    @HubTest(virtualTime = false)
    @DisplayName("of two that accept at once one is used, and the other closed")
    void twoWinners(Hub hub) throws Exception {
        try (Scene scene = new Scene(GOOD, GOOD, GOOD)) {
            try (TcpSocket socket = scene.connector().headStart(Duration.ZERO).connect()) {
                awaitEndOfAttempts(hub);
                int used = 0;
                for (TcpSocket accepted = scene.good.accept(); accepted != null; accepted = scene.good.tryAccept()) {
                    if (accepted.remoteAddress().equals(socket.getLocalAddress())) {
                        used++;
                    } else {
                        assertThat(accepted.read(ByteBuffer.allocate(1))).as("of one that isn't used").isEqualTo(-1);
                    }
                    accepted.close();
                }
                assertThat(used).isEqualTo(1);
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SOCK-07: when all fail, the error of the last tells of the others")
    void allFail() throws Exception {
        try (Scene scene = new Scene(REFUSING, ALSO_REFUSING, "127.0.0.7")) {
            assertThatThrownBy(() -> scene.connector().connect())
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("127.0.0.7")
                    .satisfies(e -> assertThat(e.getSuppressed())
                            .hasSize(2)
                            .allSatisfy(other -> assertThat(other).isInstanceOf(ConnectException.class)));
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("the timeout is for all addresses together, and tells which had failed before")
    void timesOut(Hub hub) throws Exception {
        try (Scene scene = new Scene(REFUSING, SILENT, SILENT)) {
            Duration longer = Duration.ofMillis(400); // so that the first one has the time to fail
            assertThatThrownBy(() -> scene.connector().timeout(longer).headStart(Duration.ofMillis(1)).connect())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("connect to many.example:" + scene.port + " timed out after " + longer)
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
            assertThatThrownBy(() -> scene.connector().timeout(SHORT).headStart(NEVER).connect())
                    .isInstanceOf(SocketTimeoutException.class);
            assertThatThrownBy(() -> Timeout.call(SHORT, () -> scene.connector().connect())).isInstanceOf(TimeoutException.class);
        }
        try (Scene scene = new Scene(SILENT)) {
            assertThatThrownBy(() -> scene.connector().timeout(SHORT).connect())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageStartingWith("connect to many.example");
            assertThatThrownBy(() -> TcpSocket.connect(scene.silent.address(), SHORT))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining(SILENT);
            assertThatThrownBy(() -> TcpSocket.connect(scene.silent.address(), Duration.ZERO))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a look-up that fails, or takes too long, ends the connect")
    void lookUpFails(Hub hub) throws Exception {
        try (Scene scene = new Scene()) {
            assertThatThrownBy(() -> scene.connector().connect())
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageContaining("many.example");
            assertThatThrownBy(() -> scene.connector().timeout(NEVER).connect()).isInstanceOf(UnknownHostException.class);
            hub.resolver(new Fixed(List.of()) {
                @Override
                public List<InetAddress> addresses(String host, Family family) {
                    new Event().await(NEVER);
                    throw new AssertionError("it was waited for");
                }
            });
            assertThatThrownBy(() -> scene.connector().timeout(SHORT).connect())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("many.example");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-16: a connector that is killed anywhere leaves no attempt and no socket")
    void killed(Hub hub) throws Exception {
        try (Scene scene = new Scene(SILENT, REFUSING, SILENT, GOOD)) {
            int k = 0;
            for (boolean unharmed = false; !unharmed; k++) {
                Greenlet<TcpSocket> victim = hub.spawn(() -> scene.connector().headStart(Duration.ofMillis(2)).connect());
                for (int i = 0; i < k && !victim.dead(); i++) {
                    if (i < 4) {
                        hub.yieldNow();
                    } else {
                        hub.sleep(Duration.ofNanos(500_000));
                    }
                }
                unharmed = victim.dead();
                victim.kill();
                if (victim.value() != null) {
                    victim.value().close();
                } else {
                    assertThat(victim.exit()).isInstanceOf(GreenletExit.class);
                }
                awaitEndOfAttempts(hub);
            }
            assertThat(k).isGreaterThan(3);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("an attempt that somebody kills ends the connect instead of leaving it waiting")
    void attemptIsKilled(Hub hub) throws Exception {
        try (Scene scene = new Scene(SILENT, SILENT)) {
            Greenlet<TcpSocket> connecting = hub.spawn(() -> scene.connector().headStart(Duration.ZERO).connect());
            while (hub.greenlets().size() < 2) {
                hub.yieldNow();
            }
            Throwable beforeItBegins = new GreenletExit("of an attempt");
            hub.greenlets().getLast().killLater(beforeItBegins);
            connecting.join();
            assertThat(connecting.exit()).isSameAs(beforeItBegins);
            connecting = hub.spawn(() -> scene.connector().headStart(NEVER).connect());
            for (int i = 0; i < 10; i++) {
                hub.yieldNow();
            }
            Throwable inTheMiddle = new GreenletExit("of an attempt");
            hub.greenlets().getLast().killLater(inTheMiddle);
            connecting.join();
            assertThat(connecting.exit()).isSameAs(inTheMiddle);
            awaitEndOfAttempts(hub);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SOCK-07: the connection comes from the local address; arguments are checked")
    void localAddress() throws Exception {
        try (Scene scene = new Scene(REFUSING, GOOD)) {
            try (TcpSocket socket = scene.connector().local(new InetSocketAddress("127.0.0.9", 0)).connect()) {
                assertThat(socket.getLocalAddress().getAddress().getHostAddress()).isEqualTo("127.0.0.9");
            }
            assertThatThrownBy(() -> new Connector("a", 65_536)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> scene.connector().timeout(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> scene.connector().headStart(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
