package dev.jevent.servers;

import static dev.jevent.Jevent.joinAll;
import static dev.jevent.Jevent.spawn;
import static dev.jevent.Jevent.yieldNow;
import static dev.jevent.servers.Clients.LOOPBACK;
import static dev.jevent.servers.Clients.ask;
import static dev.jevent.servers.Clients.connect;
import static dev.jevent.servers.Clients.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.sync.Event;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;

class ServerFaultsTest {
    private static StreamServer echo() {
        return StreamServer.on(LOOPBACK, Clients::echoLines);
    }

    private static void reset(TcpSocket socket) throws IOException {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        socket.close();
    }

    // ---- resets ----

    @HubTest(virtualTime = false)
    @DisplayName("N11: clients that reset their connection, waiting or served, end nothing but that")
    void resetsEndOnlyTheirConnection(Errors errors) throws Exception {
        errors.expectAny();
        TcpServerSocket listener = TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        try (StreamServer server = StreamServer.on(listener, Clients::echoLines)) {
            for (int i = 0; i < 20; i++) {
                reset(connect(server)); // nobody accepts yet
            }
            server.start();
            List<TcpSocket> served = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                TcpSocket client = connect(server);
                assertThat(ask(client, "hello")).isEqualTo("hello");
                served.add(client);
            }
            for (TcpSocket client : served) {
                reset(client);
            }
            assertThat(ask(server, "hello")).isEqualTo("hello");
            assertThat(server.stop(Duration.ofSeconds(10))).isTrue();
            assertThat(server.statistics().acceptErrors()).isZero();
            assertThat(errors.reported()).allMatch(error -> error.error() instanceof IOException);
        }
    }

    // ---- kills, and ends ----

    @HubTest(virtualTime = false)
    @DisplayName("F-SRV-12: a kill of who serves for ever stops the server")
    void aKillStopsTheServer() throws Exception {
        StreamServer server = echo();
        Greenlet<Void> serving = spawn(() -> server.serveForever());
        yieldNow();
        int port = server.port();
        try (TcpSocket client = connect(server)) {
            assertThat(ask(client, "hello")).isEqualTo("hello");
            server.stopTimeout(Duration.ofMillis(10));
            serving.kill();
            assertThat(server.state()).isEqualTo(Server.State.STOPPED);
            assertThat(line(client)).isNull();
            assertThatThrownBy(() -> TcpSocket.connect("127.0.0.1", port)).isInstanceOf(ConnectException.class);
        }
    }

    @HubTest(virtualTime = false)
    void aTimeoutOfWhoServesForEverStopsTheServer() {
        StreamServer server = echo();
        assertThatThrownBy(() -> Timeout.run(Duration.ofMillis(20), server::serveForever)).isInstanceOf(TimeoutException.class);
        assertThat(server.state()).isEqualTo(Server.State.STOPPED);
    }

    @HubTest(virtualTime = false)
    void aStopOnAnotherHubThatIsKilledEndsTheGrace() throws Exception {
        StreamServer server = echo();
        server.start();
        try (TcpSocket client = connect(server)) {
            assertThat(ask(client, "hello")).isEqualTo("hello");
            Event stopping = new Event();
            FutureTask<Boolean> elsewhere = new FutureTask<>(() -> {
                try (Hub other = Hub.current()) {
                    Greenlet<Boolean> stop = other.spawn(() -> server.stop(Duration.ofHours(1)));
                    stopping.await();
                    stop.kill();
                    return stop.exit() != null;
                }
            });
            Thread.ofPlatform().start(elsewhere);
            while (server.started()) {
                yieldNow();
            }
            stopping.set();
            assertThat(line(client)).isNull();
            while (!elsewhere.isDone()) {
                yieldNow();
            }
            assertThat(elsewhere.get()).isTrue();
            assertThat(server.state()).isEqualTo(Server.State.STOPPED);
        }
    }

    @HubTest(virtualTime = false)
    void aKillOfWhoStopsEndsTheGrace() throws Exception {
        StreamServer server = echo();
        server.start();
        try (TcpSocket client = connect(server)) {
            assertThat(ask(client, "hello")).isEqualTo("hello");
            Greenlet<Boolean> stopping = spawn(() -> server.stop(Duration.ofHours(1)));
            yieldNow();
            stopping.kill();
            assertThat(server.state()).isEqualTo(Server.State.STOPPED);
            assertThat(line(client)).isNull();
        }
    }

    @HubTest(virtualTime = false)
    void ofSeveralStopsTheShortestGraceCounts() throws Exception {
        StreamServer server = echo();
        server.start();
        try (TcpSocket client = connect(server)) {
            assertThat(ask(client, "hello")).isEqualTo("hello");
            Greenlet<Boolean> patient = spawn(() -> server.stop(Duration.ofHours(1)));
            yieldNow();
            assertThat(server.stop(Duration.ZERO)).isFalse();
            assertThat(patient.get()).isFalse();
            assertThat(line(client)).isNull();
        }
    }

    @HubTest(virtualTime = false)
    void anyThreadMayStopIt() throws Exception {
        StreamServer server = echo();
        Greenlet<Void> serving = spawn(() -> server.serveForever());
        yieldNow();
        FutureTask<Boolean> stop = new FutureTask<>(() -> server.stop(Duration.ofSeconds(10)));
        Thread.ofPlatform().start(stop);
        serving.get();
        assertThat(stop.get()).isTrue();
    }

    @HubTest(virtualTime = false)
    void aHandlerThatNoKillEndsIsReportedAndLeft(Errors errors) throws Exception {
        errors.expect(IllegalStateException.class);
        Event go = new Event();
        Event begun = new Event();
        StreamServer server = StreamServer.on(LOOPBACK, connection -> Greenlet.shielded(() -> {
            begun.set();
            go.await();
            return null;
        }));
        server.start();
        try (TcpSocket client = connect(server)) {
            begun.await();
            assertThat(server.stop(Duration.ZERO)).isFalse();
            assertThat(server.state()).isEqualTo(Server.State.STOPPED);
            go.set();
            assertThat(line(client)).isNull();
        }
    }

    @HubTest(virtualTime = false)
    void aHubThatIsClosedClosesItsServers() throws Exception {
        StreamServer server = echo();
        FutureTask<Integer> program = new FutureTask<>(() -> {
            try (Hub hub = Hub.current()) {
                server.start();
                hub.yieldNow();
                return server.port();
            }
        });
        Thread.ofPlatform().start(program);
        int port = program.get();
        assertThatThrownBy(() -> TcpSocket.connect("127.0.0.1", port)).isInstanceOf(ConnectException.class);
        assertThat(server.stop()).isTrue();
        assertThat(server.state()).isEqualTo(Server.State.STOPPED);
    }

    @HubTest(virtualTime = false)
    @DisplayName("a stop in the middle of many connections: each is served to its end, or refused")
    void stopsWhileClientsCome(Errors errors) throws Exception {
        errors.expectAny();
        for (int round = 0; round < 20; round++) {
            StreamServer server = echo();
            server.start();
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
            List<Greenlet<String>> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(spawn(() -> {
                    try (TcpSocket client = TcpSocket.connect(address)) {
                        return ask(client, "hello");
                    } catch (IOException e) {
                        return null; // refused, or reset in the backlog
                    }
                }));
            }
            for (int turns = 0; turns < round; turns++) {
                yieldNow();
            }
            assertThat(server.stop(Duration.ofSeconds(10))).isTrue();
            joinAll(clients);
            assertThat(clients).allMatch(client -> client.value() == null || client.value().equals("hello"));
            assertThat(server.statistics().taken()).isEqualTo(clients.stream().filter(client -> client.value() != null).count());
        }
    }

    // ---- fairness, and pauses ----

    @HubTest(virtualTime = false)
    @DisplayName("F-SRV-05: at most maxAccept connections are taken in a row before others get their turn")
    void acceptsInBatches() throws Exception {
        TcpServerSocket listener = TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        List<TcpSocket> clients = new ArrayList<>();
        try (StreamServer server = StreamServer.on(listener, Clients::echoLines).maxAccept(10)) {
            for (int i = 0; i < 100; i++) {
                clients.add(connect(server));
            }
            server.start();
            long most = 0;
            for (long before = 0; before < 100; ) {
                yieldNow();
                long now = server.statistics().taken();
                most = Math.max(most, now - before);
                before = now;
            }
            assertThat(most).isEqualTo(10);
            for (TcpSocket client : clients) {
                client.close();
            }
        }
    }

    @HubTest
    @DisplayName("F-SRV-06: the pause after errors begins with 10 ms and doubles up to a second")
    void pausesGrow() throws Exception {
        StreamServer server = echo();
        List<Long> pauses = new ArrayList<>();
        for (long pause = server.pauseAfter(0); pauses.size() < 9; pause = server.pauseAfter(pause)) {
            pauses.add(pause / 1_000_000);
        }
        assertThat(pauses).containsExactly(10L, 20L, 40L, 80L, 160L, 320L, 640L, 1000L, 1000L);
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("N8: without descriptors the server pauses and doesn't spin; as soon as there is one the next client is served")
    void descriptorsRunOut() throws Exception {
        Process child = new ProcessBuilder("sh", "-c", "ulimit -n 160; exec \"$0\" \"$@\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens", "java.base/java.lang=ALL-UNNAMED", "-XX:-MaxFDLimit",
                        "-cp", System.getProperty("java.class.path"), CrowdedServer.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<TcpSocket> clients = new ArrayList<>();
        try (BufferedReader output = child.inputReader()) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(output.readLine()));
            List<TcpSocket> unserved = new ArrayList<>();
            while (unserved.size() < 5) {
                TcpSocket client = TcpSocket.connect(address);
                clients.add(client);
                client.timeout(unserved.isEmpty() && clients.size() < 100 ? null : Duration.ofMillis(500));
                try {
                    assertThat(ask(client, "hello")).isEqualTo("hello");
                } catch (SocketTimeoutException e) {
                    unserved.add(client);
                }
            }
            assertThat(Integer.parseInt(ask(clients.getFirst(), "errors"))).isBetween(1, 100);
            for (TcpSocket client : unserved) {
                clients.remove(1).close();
                client.timeout(null);
                assertThat(line(client)).isEqualTo("hello");
            }
            assertThat(Integer.parseInt(ask(clients.getFirst(), "errors"))).isLessThan(200);
        } finally {
            for (TcpSocket client : clients) {
                client.close();
            }
            child.destroy();
            child.waitFor();
        }
    }
}
