package dev.jevent.servers.http;

import static dev.jevent.servers.http.Wire.LOOPBACK;
import static dev.jevent.servers.http.Wire.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.servers.http.Wire.Reply;
import dev.jevent.sync.Event;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

class HttpLimitsTest {
    private static final Duration SHORT = Duration.ofMillis(60);
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";

    private static HttpServer started(HttpLimits limits, HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.on(LOOPBACK, handler).limits(limits);
        server.start();
        return server;
    }

    // ---- time ----

    @HubTest(virtualTime = false)
    void aConnectionWithoutARequestIsClosed() throws Exception {
        try (HttpServer server = started(new HttpLimits().idleTimeout(SHORT).headerTimeout(SHORT), exchange -> exchange.respond(200, "x"))) {
            try (Wire wire = Wire.to(server)) {
                assertThat(wire.ends()).isTrue();
            }
            try (Wire wire = Wire.to(server)) {
                wire.send(get("/")).reply();
                assertThat(wire.ends()).isTrue();
            }
            try (Wire wire = Wire.to(server)) {
                wire.send("\r\n"); // is nothing yet
                assertThat(wire.rest()).isEmpty();
            }
        }
    }

    @HubTest(virtualTime = false)
    void aHeadThatDoesNotComeInTimeIsAnsweredWith408HoweverOftenAByteComes(Hub hub) throws Exception {
        try (HttpServer server = started(new HttpLimits().headerTimeout(SHORT), exchange -> exchange.respond(200, "x")); Wire wire = Wire.to(server)) {
            wire.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
            Greenlet<Void> drip = hub.spawn(() -> {
                for (;;) {
                    hub.sleep(Duration.ofMillis(5));
                    wire.send("x");
                }
            });
            Reply reply = wire.reply();
            drip.kill();
            assertThat(reply.status()).isEqualTo(408);
            assertThat(reply.announcesClose()).isTrue();
        }
    }

    @HubTest(virtualTime = false)
    void aBodyThatComesTooSlowlyIsAnsweredWith408(Hub hub) throws Exception {
        try (HttpServer server = started(new HttpLimits().bodyTimeout(SHORT).bodyRate(10_000), exchange -> exchange.respond(200, exchange.bodyText()));
                Wire wire = Wire.to(server)) {
            wire.send(POST + "Content-Length: 100000\r\n\r\n");
            Greenlet<Void> drip = hub.spawn(() -> {
                for (;;) {
                    hub.sleep(Duration.ofMillis(5));
                    wire.send("x");
                }
            });
            Reply reply = wire.reply();
            drip.kill();
            assertThat(reply.status()).isEqualTo(408);
        }
    }

    @HubTest(virtualTime = false)
    void theTimeOfAHandlerIsNotTheClients(Hub hub) throws Exception {
        HttpLimits limits = new HttpLimits().bodyTimeout(SHORT).headerTimeout(SHORT).idleTimeout(SHORT);
        try (HttpServer server = started(limits, exchange -> {
            hub.sleep(SHORT.multipliedBy(4));
            exchange.respond(200, exchange.bodyText());
        }); Wire wire = Wire.to(server)) {
            wire.send(POST + "Content-Length: 3\r\n\r\nabc");
            assertThat(wire.reply().body()).isEqualTo("abc");
        }
    }

    @HubTest(virtualTime = false)
    void aClientThatDoesNotReadIsCutOffAndOthersAreServed(Hub hub) throws Exception {
        byte[] large = new byte[64 << 20];
        Event cut = new Event();
        HttpServer server = started(new HttpLimits().writeTimeout(SHORT), exchange -> {
            if (exchange.path().equals("/large")) {
                try {
                    exchange.respond(200, large);
                } finally {
                    cut.set();
                }
            }
            exchange.respond(200, "x");
        });
        try (server; Wire slow = Wire.to(server)) {
            slow.send(get("/large"));
            while (!cut.isSet()) {
                assertThat(Wire.ask(server, get("/")).body()).isEqualTo("x");
                hub.yieldNow();
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-37: a client that sends half a request line keeps nobody waiting, and is answered when the rest has come")
    void halfARequestLine() throws Exception {
        try (HttpServer server = started(new HttpLimits(), exchange -> exchange.respond(200, "x")); Wire slow = Wire.to(server)) {
            slow.send("GET / HTT");
            assertThat(Wire.ask(server, get("/")).body()).isEqualTo("x");
            slow.send("P/1.0\r\n\r\n");
            assertThat(slow.line()).isEqualTo("HTTP/1.1 200 OK");
        }
    }

    // ---- size ----

    @HubTest(virtualTime = false)
    void whatIsTooLongIsRefusedBeforeItHasAllCome() throws Exception {
        HttpLimits limits = new HttpLimits().requestLine(100).headerBytes(20_000).headerFields(50);
        try (HttpServer server = started(limits, exchange -> exchange.respond(200, "x"))) {
            assertThat(Wire.ask(server, "GET /" + "x".repeat(200)).status()).isEqualTo(414);
            assertThat(Wire.ask(server, "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(21_000)).status()).isEqualTo(431);
            assertThat(Wire.ask(server, "GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(60)).status()).isEqualTo(431);
            assertThat(Wire.ask(server, get("/", "X: " + "x".repeat(19_000))).status()).isEqualTo(200);
        }
    }

    @HubTest(virtualTime = false)
    void aLargeHeadKeepsItsPlaceWhileItsBodyIsRead() throws Exception {
        String value = "v".repeat(30_000);
        byte[] body = "b".repeat(100_000).getBytes(UTF_8);
        try (HttpServer server = started(new HttpLimits(), exchange -> {
            int length = exchange.body().readAllBytes().length;
            int one = exchange.header("X").equals(value) ? 1 : 0;
            exchange.respond(200, length + " " + one);
        }); Wire wire = Wire.to(server)) {
            for (int i = 0; i < 3; i++) {
                wire.send(POST + "Content-Length: " + body.length + "\r\nX: " + value + "\r\n\r\n" + new String(body, UTF_8) + get("/", "X: y"));
                assertThat(wire.reply().body()).isEqualTo("100000 1");
                assertThat(wire.reply().body()).isEqualTo("0 0");
            }
        }
    }

    @HubTest(virtualTime = false)
    void aBodyBeyondTheLimitIsRefused() throws Exception {
        List<String> seen = new ArrayList<>();
        try (HttpServer server = started(new HttpLimits().body(10), exchange -> {
            seen.add(exchange.path());
            exchange.respond(200, exchange.bodyText());
        })) {
            assertThat(Wire.ask(server, POST + "Content-Length: 10\r\n\r\n0123456789").status()).isEqualTo(200);
            assertThat(Wire.ask(server, POST + "Content-Length: 11\r\n\r\n").status()).isEqualTo(413);
            assertThat(seen).hasSize(1);
            assertThat(Wire.ask(server, POST + "Transfer-Encoding: chunked\r\n\r\n9\r\n012345678\r\n1\r\n9\r\n0\r\n\r\n").body()).isEqualTo("0123456789");
            assertThat(Wire.ask(server, POST + "Transfer-Encoding: chunked\r\n\r\n9\r\n012345678\r\n2\r\n").status()).isEqualTo(413);
        }
    }

    @HubTest(virtualTime = false)
    void theLastRequestOfAConnectionEndsIt() throws Exception {
        try (HttpServer server = started(new HttpLimits().requests(2), exchange -> exchange.respond(200, "x")); Wire wire = Wire.to(server)) {
            wire.send(get("/") + get("/") + get("/"));
            assertThat(wire.reply().announcesClose()).isFalse();
            assertThat(wire.reply().announcesClose()).isTrue();
            assertThat(wire.ends()).isTrue();
        }
    }

    @HubTest(virtualTime = false)
    void connectionsBeyondTheLimitWait() throws Exception {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> exchange.respond(200, "x")).limit(1);
        server.start();
        try (server; Wire second = waiting(server)) {
            assertThat(second.reply().body()).isEqualTo("x");
        }
    }

    private static Wire waiting(HttpServer server) throws IOException {
        try (Wire first = Wire.to(server)) {
            first.send(get("/")).reply();
            Wire second = Wire.to(server);
            second.send(get("/"));
            assertThat(second.isSilent()).isTrue();
            return second;
        }
    }

    @HubTest(virtualTime = false)
    void limitsAreChecked() {
        assertThatThrownBy(() -> new HttpLimits().requestLine(1)).hasMessage("requestLine: 1 (expected: 16 to 1048576)");
        assertThatThrownBy(() -> new HttpLimits().body(-1)).hasMessage("body: -1 (expected: >= 0)");
        assertThatThrownBy(() -> new HttpLimits().idleTimeout(Duration.ZERO)).hasMessageContaining("(expected: > 0)");
    }

    // ---- the end ----

    @HubTest(virtualTime = false)
    void aStopClosesIdleConnectionsAndLetsResponsesOut(Hub hub) throws Exception {
        Event entered = new Event();
        Event go = new Event();
        HttpServer server = started(new HttpLimits(), exchange -> {
            if (exchange.path().equals("/slow")) {
                entered.set();
                go.await();
            }
            exchange.respond(200, "x");
        });
        try (Wire idle = Wire.to(server); Wire busy = Wire.to(server); Wire streaming = Wire.to(server)) {
            idle.send(get("/")).reply();
            busy.send(get("/slow"));
            entered.await();
            Greenlet<Boolean> stop = hub.spawn(() -> server.stop(Duration.ofSeconds(20)));
            assertThat(idle.ends()).isTrue();
            go.set();
            Reply reply = busy.reply();
            assertThat(reply.body()).isEqualTo("x");
            assertThat(reply.announcesClose()).isTrue();
            assertThat(busy.ends()).isTrue();
            assertThat(streaming.ends()).isTrue();
            assertThat(stop.get()).isTrue();
        }
    }

    @HubTest(virtualTime = false)
    void aKillInTheMiddleCutsTheConnection(Hub hub) throws Exception {
        Event entered = new Event();
        HttpServer server = started(new HttpLimits(), exchange -> {
            OutputStream out = exchange.begin(200);
            out.write('x');
            out.flush();
            entered.set();
            new Event().await();
        });
        try (Wire wire = Wire.to(server)) {
            wire.send(get("/"));
            entered.await();
            assertThat(server.stop(Duration.ZERO)).isFalse();
            assertThatThrownBy(wire::rest).isInstanceOf(IOException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-WSGI-24: a client that resets its connection is no error, in whatever state")
    void resetsInEveryState(Hub hub) throws Exception {
        Event entered = new Event();
        Event go = new Event();
        HttpServer server = started(new HttpLimits(), exchange -> {
            switch (exchange.path()) {
                case "/wait" -> {
                    entered.set();
                    go.await();
                    exchange.respond(200, "x".repeat(100_000));
                }
                case "/stream" -> {
                    OutputStream out = exchange.begin(200);
                    for (;;) {
                        out.write(new byte[10_000]);
                        entered.set();
                    }
                }
                case "/read" -> {
                    entered.set();
                    exchange.bodyBytes();
                    exchange.respond(200);
                }
                default -> exchange.respond(200, "x");
            }
        });
        try (server) {
            Wire.to(server).reset();
            for (String part : List.of("", "GET", "GET / HTTP/1.1\r\nHost", get("/"), POST + "Content-Length: 5\r\n\r\nab")) {
                Wire wire = Wire.to(server);
                wire.send(part);
                hub.yieldNow();
                wire.reset();
            }
            for (String path : List.of("/wait", "/stream", "/read")) {
                entered.clear();
                go.clear();
                Wire wire = Wire.to(server);
                wire.send(POST.replace("POST /", "POST " + path) + "Content-Length: 50\r\n\r\nab");
                entered.await();
                wire.reset();
                go.set();
            }
            assertThat(Wire.ask(server, get("/")).body()).isEqualTo("x");
        }
    }

    @HubTest(virtualTime = false)
    void buffersOfIdleConnectionsGoToOthers(Hub hub) throws Exception {
        HttpEngine engine = new HttpEngine(hub, exchange -> exchange.respond(200, "x"), new HttpLimits(), null, null);
        assertThat(engine.desk().shelved()).isZero();
        List<Wire> wires = new ArrayList<>();
        var server = dev.jevent.servers.StreamServer.on(LOOPBACK, connection -> engine.serve(connection.stream()));
        server.start();
        for (int i = 0; i < 20; i++) {
            Wire wire = Wire.to(server);
            wires.add(wire);
            wire.send(get("/")).reply();
        }
        assertThat(engine.desk().open()).isEqualTo(20);
        assertThat(engine.desk().shelved()).isEqualTo(1);
        for (Wire wire : wires) {
            wire.close();
        }
        server.stop();
        assertThat(engine.desk().open()).isZero();
    }
}
