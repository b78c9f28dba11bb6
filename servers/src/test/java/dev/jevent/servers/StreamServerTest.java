package dev.jevent.servers;

import static dev.jevent.Jevent.spawn;
import static dev.jevent.Jevent.yieldNow;
import static dev.jevent.servers.Clients.LOOPBACK;
import static dev.jevent.servers.Clients.SILENCE;
import static dev.jevent.servers.Clients.ask;
import static dev.jevent.servers.Clients.connect;
import static dev.jevent.servers.Clients.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.monitor.Monitor;
import dev.jevent.sync.Event;
import dev.jevent.sync.Pool;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.DisplayName;

class StreamServerTest {
    private static StreamServer echo() {
        return StreamServer.on(LOOPBACK, Clients::echoLines);
    }

    private static TcpServerSocket listener() throws IOException {
        return TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    // ---- serving ----

    @HubTest(virtualTime = false)
    void eachConnectionHasAGreenletOfItsOwn() throws Exception {
        try (StreamServer server = echo()) {
            server.start();
            try (TcpSocket one = connect(server); TcpSocket other = connect(server)) {
                assertThat(ask(other, "other")).isEqualTo("other");
                assertThat(ask(one, "one")).isEqualTo("one");
                assertThat(server.statistics()).isEqualTo(new Server.Statistics(Server.State.STARTED, 2, 2, 0, 0, 0));
            }
        }
    }

    @HubTest(virtualTime = false)
    void theMonitorsReportHasItWhileItIsStarted(Hub hub) throws Exception {
        StreamServer server = echo();
        try (server) {
            assertThat(hub.parts()).isEmpty();
            server.start();
            try (TcpSocket client = connect(server)) {
                assertThat(ask(client, "hello")).isEqualTo("hello");
                assertThat(Monitor.get().report()).contains(
                        "  " + server + ": state=STARTED, handlers=1, taken=1, failed=0, killed=0, acceptErrors=0\n",
                        "members=1, queued=0, waiting=0, shutdown=false\n"); // of the pool that its handlers are in
            }
        }
        assertThat(hub.parts()).isEmpty();
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SRV-06: a server that serves for ever, fresh or started already, serves until it is stopped, and then its port is refused")
    void servesForeverUntilItIsStopped() throws Exception {
        for (boolean startedAlready : new boolean[] {false, true}) {
            StreamServer server = echo();
            if (startedAlready) {
                server.start();
            }
            Greenlet<Void> serving = spawn(() -> server.serveForever());
            yieldNow();
            assertThat(server.started()).isTrue();
            assertThat(ask(server, "hello")).isEqualTo("hello");
            int port = server.port();
            assertThat(server.stop()).isTrue();
            serving.get();
            assertThat(server.started()).isFalse();
            assertThatThrownBy(() -> TcpSocket.connect("127.0.0.1", port)).isInstanceOf(ConnectException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SRV-03: who connects to a listener whose server isn't started gets no answer, and one when it is")
    void answersNothingBeforeItIsStarted() throws Exception {
        TcpServerSocket listener = listener();
        try (StreamServer server = StreamServer.on(listener, Clients::echoLines); TcpSocket client = connect(server)) {
            client.timeout(SILENCE);
            assertThatThrownBy(() -> ask(client, "hello")).isInstanceOf(SocketTimeoutException.class);
            client.timeout(null);
            server.start();
            assertThat(line(client)).isEqualTo("hello");
        }
        assertThat(listener.isOpen()).isFalse();
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SRV-04: between stopAccepting and startAccepting nobody is answered, afterwards everybody")
    void pauses() throws Exception {
        try (StreamServer server = echo()) {
            server.start();
            assertThat(ask(server, "before")).isEqualTo("before");
            server.stopAccepting();
            try (TcpSocket client = connect(server)) {
                client.timeout(SILENCE);
                assertThatThrownBy(() -> ask(client, "meanwhile")).isInstanceOf(SocketTimeoutException.class);
                server.startAccepting();
                client.timeout(null);
                assertThat(line(client)).isEqualTo("meanwhile");
            }
            assertThat(ask(server, "afterwards")).isEqualTo("afterwards");
        }
    }

    // ---- handlers ----

    @HubTest(virtualTime = false)
    @DisplayName("B-SRV-07, F-SRV-08: a handler that fails is reported once; its client sees the end, and others are served")
    void aFailingHandlerClosesOnlyItsOwnConnection(Errors errors) throws Exception {
        errors.expect(IllegalArgumentException.class);
        try (StreamServer server = StreamServer.on(LOOPBACK, connection -> {
            if (line(connection).equals("bad")) {
                throw new IllegalArgumentException("a defect");
            }
            connection.write(ByteBuffer.wrap(new byte[] {'y', '\n'}));
        })) {
            server.start();
            assertThat(ask(server, "bad")).isNull();
            assertThat(ask(server, "good")).isEqualTo("y");
            assertThat(server.statistics().failed()).isEqualTo(1);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SRV-09: a pool that refuses is reported, and the client sees the end")
    void aPoolThatRefusesIsReported(Errors errors) throws Exception {
        errors.expect(RejectedExecutionException.class);
        Pool pool = new Pool(5);
        pool.shutdown();
        try (StreamServer server = echo().pool(pool)) {
            server.start();
            try (TcpSocket client = connect(server)) {
                assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
            assertThat(server.statistics().acceptErrors()).isEqualTo(1);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SRV-10: clients beyond the limit are not answered before a handler ends")
    void theLimitLeavesClientsInTheBacklog() throws Exception {
        for (boolean ofApplication : new boolean[] {false, true}) {
            StreamServer server = ofApplication ? echo().pool(new Pool(2)) : echo().limit(2);
            try (server) {
                server.start();
                TcpSocket one = connect(server);
                TcpSocket two = connect(server);
                assertThat(ask(one, "1")).isEqualTo("1");
                assertThat(ask(two, "2")).isEqualTo("2");
                assertThat(server.full()).isTrue();
                List<TcpSocket> others = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    TcpSocket other = connect(server);
                    other.timeout(SILENCE);
                    assertThatThrownBy(() -> ask(other, "hello")).isInstanceOf(SocketTimeoutException.class);
                    other.timeout(null);
                    others.add(other);
                }
                assertThat(server.statistics().handlers()).isEqualTo(2);
                one.close();
                two.close();
                for (TcpSocket other : others) {
                    assertThat(line(other)).isEqualTo("hello");
                    other.close();
                }
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SRV-12: with a limit, a pool or none, starting, serving, failing and stopping are the same")
    void whoRunsTheHandlersMakesNoDifference(Errors errors) throws Exception {
        errors.expect(IllegalArgumentException.class, 3);
        for (int kind = 0; kind < 3; kind++) {
            StreamServer server = StreamServer.on(LOOPBACK, connection -> {
                if (line(connection).equals("bad")) {
                    throw new IllegalArgumentException("a defect");
                }
                connection.write(ByteBuffer.wrap(new byte[] {'y', '\n'}));
            });
            if (kind == 1) {
                server.limit(3);
            } else if (kind == 2) {
                server.pool(new Pool(3));
            }
            Greenlet<Void> serving = spawn(() -> server.serveForever());
            yieldNow();
            assertThat(ask(server, "good")).isEqualTo("y");
            assertThat(ask(server, "bad")).isNull();
            assertThat(ask(server, "good")).isEqualTo("y");
            assertThat(server.stop()).isTrue();
            serving.get();
            assertThat(server.statistics()).isEqualTo(new Server.Statistics(Server.State.STOPPED, 0, 3, 1, 0, 0));
        }
    }

    private static final class Shouting extends StreamServer {
        Shouting() {
            super(Server.address(LOOPBACK));
        }

        @Override
        protected void handle(Connection connection) {}
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SRV-13: the text form shows the class of a server that handles by itself, and else the handler's")
    void isShownWithItsAddressStateAndHandler() throws Exception {
        StreamServer.Handler handler = Connection::close;
        try (StreamServer own = new Shouting(); StreamServer given = StreamServer.on(LOOPBACK, handler)) {
            assertThat(own).hasToString("<Shouting 127.0.0.1:0 NEW>");
            given.start();
            assertThat(given).hasToString("<StreamServer 127.0.0.1:" + given.port() + " STARTED: " + handler.getClass().getName() + ">");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("O-SRV-04: a server without a handler is refused")
    void aHandlerIsNeeded() {
        assertThatThrownBy(() -> StreamServer.on(0, null)).isInstanceOf(NullPointerException.class).hasMessage("handler");
    }

    @HubTest(virtualTime = false)
    void aDetachedConnectionOutlivesItsHandler() throws Exception {
        List<Connection> kept = new ArrayList<>();
        Event handled = new Event();
        try (StreamServer server = StreamServer.on(LOOPBACK, connection -> {
            connection.detach();
            kept.add(connection);
            handled.set();
        })) {
            server.start();
            try (TcpSocket client = connect(server)) {
                handled.await();
                server.stop();
                try (Connection connection = kept.getFirst()) {
                    connection.write(ByteBuffer.wrap(new byte[] {'x', '\n'}));
                }
                assertThat(line(client)).isEqualTo("x");
            }
        }
    }

    // ---- the end ----

    @HubTest(virtualTime = false)
    @DisplayName("O-SRV-03: a stop waits for handlers, and kills those that go on for longer than its grace, with or without a pool")
    void stopWaitsForHandlersAndKillsThoseThatAreLeft() throws Exception {
        for (Pool pool : new Pool[] {null, new Pool(7)}) {
            List<String> ends = new ArrayList<>();
            Event begun = new Event();
            StreamServer server = StreamServer.on(LOOPBACK, connection -> {
                begun.set();
                try {
                    ends.add(String.valueOf(line(connection)));
                } catch (GreenletExit e) {
                    ends.add("killed");
                    throw e;
                }
            });
            if (pool != null) {
                server.pool(pool);
            }
            server.start();
            try (TcpSocket quick = connect(server); TcpSocket slow = connect(server)) {
                begun.await();
                Greenlet<Boolean> stopping = spawn(() -> server.stop(Duration.ofMillis(200)));
                yieldNow();
                assertThat(server.state()).isEqualTo(Server.State.STOPPING);
                quick.write(ByteBuffer.wrap("done\n".getBytes()));
                assertThat(stopping.get()).isFalse();
                assertThat(ends).containsExactly("done", "killed");
                assertThat(server.statistics().killed()).isEqualTo(1);
                assertThat(slow.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
        }
    }

    @HubTest(virtualTime = false)
    void aHandlerMayStopItsServer() throws Exception {
        List<Boolean> results = new ArrayList<>();
        StreamServer server = StreamServer.on(LOOPBACK, connection -> {
            results.add(connection.server().stop(Duration.ofSeconds(10)));
            connection.write(ByteBuffer.wrap(new byte[] {'x', '\n'}));
        });
        Greenlet<Void> serving = spawn(() -> server.serveForever());
        yieldNow();
        assertThat(ask(server, "stop")).isEqualTo("x");
        serving.get();
        assertThat(results).containsExactly(true);
    }

    @HubTest(virtualTime = false)
    void itCanBeStartedAgainAtItsAddress() throws Exception {
        try (StreamServer server = echo()) {
            for (int i = 0; i < 3; i++) {
                server.start();
                assertThat(ask(server, "hello")).isEqualTo("hello");
                server.stop();
                server.stop();
            }
        }
    }

    @HubTest(virtualTime = false)
    void aGivenSocketIsServedOnce() throws Exception {
        StreamServer server = StreamServer.on(listener(), Clients::echoLines);
        server.start();
        server.stop();
        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class).hasMessageContaining("started once");
    }

    @HubTest(virtualTime = false)
    void aStartThatFailsLeavesNothingOpen() throws Exception {
        try (TcpServerSocket taken = listener()) {
            StreamServer server = StreamServer.on(taken.getLocalAddress(), Clients::echoLines);
            assertThatThrownBy(server::start).isInstanceOf(BindException.class).hasMessageEndingWith(": 127.0.0.1:" + taken.port());
            assertThat(server.state()).isEqualTo(Server.State.NEW);
        }
    }

    @HubTest(virtualTime = false)
    void aListenerThatSomebodyClosesEndsTheServerWithAnError() throws Exception {
        TcpServerSocket listener = listener();
        StreamServer server = StreamServer.on(listener, Clients::echoLines);
        Greenlet<IOException> serving = spawn(() -> {
            try {
                server.serveForever();
                return null;
            } catch (IOException e) {
                return e;
            }
        });
        yieldNow();
        yieldNow();
        listener.close();
        assertThat(serving.get()).hasMessageContaining("the listener failed");
        assertThat(server.state()).isEqualTo(Server.State.STOPPED);
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SRV-01: a backlog for a socket that is bound already is refused")
    void aBacklogIsForAnAddress() throws Exception {
        try (StreamServer server = StreamServer.on(listener(), Clients::echoLines)) {
            assertThatThrownBy(() -> server.backlog(5)).isInstanceOf(IllegalStateException.class);
        }
    }
}
