package dev.jevent.servers.http;

import static dev.jevent.servers.http.Wire.LOOPBACK;
import static dev.jevent.servers.http.Wire.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.io.ByteStream;
import dev.jevent.servers.Server;
import dev.jevent.servers.http.Wire.Reply;
import dev.jevent.sync.Event;
import dev.jevent.sync.Pool;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

class HttpExchangeTest {
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";

    private static HttpServer started(HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.on(LOOPBACK, handler);
        server.start();
        return server;
    }

    // ---- requests ----

    @HubTest(virtualTime = false)
    void aHandlerSeesTheRequestAsItWasSent() throws Exception {
        List<Object> seen = new ArrayList<>();
        try (HttpServer server = started(exchange -> {
            seen.addAll(List.of(exchange.method(), exchange.target(), exchange.path(), exchange.query(), exchange.protocol()));
            seen.addAll(List.of(exchange.header("X-ONE"), exchange.headers("x-two"), exchange.header("x-two"), exchange.headerNames()));
            seen.add(exchange.header("none") == null && exchange.headers("none").isEmpty() && exchange.bodyLength() == 0);
            exchange.respond(200, "ok");
        })) {
            assertThat(Wire.ask(server, get("/a%20%c3%a9+b?c=%41&d", "x-One: 1", "X-Two: 2", "X-TWO: 3")).body()).isEqualTo("ok");
        }
        assertThat(seen).containsExactly("GET", "/a%20%c3%a9+b?c=%41&d", "/a \u00e9+b", "c=%41&d", "HTTP/1.1", "1", List.of("2", "3"), "2, 3",
                List.of("Host", "x-One", "X-Two", "X-TWO"), true);
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-31: several fields of a name are one with commas, Cookie with semicolons; a name with an underscore is its own")
    void fieldsOfOneNameAreJoined() throws Exception {
        try (HttpServer server = started(exchange -> exchange.respond(200,
                exchange.header("Cookie") + "|" + exchange.header("X") + "|" + exchange.header("X_Y") + "|" + exchange.header("X-Y")))) {
            assertThat(Wire.ask(server, get("/", "Cookie: a=1", "Cookie: b=2", "X: 1", "x: 2", "X_Y: forged")).body())
                    .isEqualTo("a=1; b=2|1, 2|forged|null");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-11: a body ends where its length says, whatever follows")
    void aBodyEndsWithItsLength() throws Exception {
        try (HttpServer server = started(exchange -> exchange.respond(200, exchange.bodyText()))) {
            Reply reply = Wire.ask(server, POST + "Content-Length: 3\r\n\r\nabcdefgh");
            assertThat(reply.body()).isEqualTo("abc");
        }
    }

    @HubTest(virtualTime = false)
    void aBodyCutAtEveryByteIsTheSameBody() throws Exception {
        String request = POST + "Transfer-Encoding: chunked\r\n\r\n5;a=\"b;\\\"\"\r\nhello\r\n00A ; x\r\n0123456789\r\n0\r\nT: 1\r\nU:\r\n\r\n";
        try (HttpServer server = started(exchange -> exchange.respond(200, exchange.bodyText() + exchange.trailer("t") + exchange.trailer("U")));
                Wire wire = Wire.to(server)) {
            for (int cut = 1; cut <= request.length(); cut++) {
                wire.send(request.substring(0, cut));
                Hub.current().yieldNow();
                wire.send(request.substring(cut));
                assertThat(wire.reply().body()).as("cut at " + cut).isEqualTo("hello01234567891");
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-19, B-WSG-20: of a body that is shorter than declared a read fails, whichever it is; of a complete one more can be asked for")
    void truncatedBodiesFail() throws Exception {
        List<String> seen = new ArrayList<>();
        try (HttpServer server = started(exchange -> {
            byte[] into = new byte[100];
            try {
                int count = switch (exchange.path()) {
                    case "/all" -> exchange.bodyBytes().length;
                    case "/n" -> exchange.body().readNBytes(into, 0, 100);
                    default -> {
                        while (exchange.body().read() >= 0) {
                            // to the end
                        }
                        yield -1;
                    }
                };
                seen.add(count + "");
            } catch (HttpException e) {
                seen.add(e.status() + " " + e.getMessage());
                assertThatThrownBy(() -> exchange.body().read()).isInstanceOf(HttpException.class);
                throw e;
            }
            exchange.respond(200);
        })) {
            for (String path : List.of("/all", "/n", "/one")) {
                for (String rest : List.of("Content-Length: 6\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n6\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")) {
                    try (Wire wire = Wire.to(server)) {
                        wire.send(POST.replace("POST /", "POST " + path) + rest);
                        wire.socket.shutdownOutput();
                        assertThat(wire.reply().status()).isEqualTo(400);
                        assertThat(wire.ends()).isTrue();
                    }
                }
            }
            assertThat(seen).hasSize(9).allMatch(text -> text.startsWith("400 the client closed the connection"));
            seen.clear();
            assertThat(Wire.ask(server, POST.replace("POST /", "POST /n") + "Content-Length: 3\r\n\r\nabc").status()).isEqualTo(200);
            assertThat(seen).containsExactly("3");
        }
    }

    @HubTest(virtualTime = false)
    void whatAHandlerLeavesUnreadIsNotTheNextRequest() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (HttpServer server = started(exchange -> exchange.respond(200, "call " + calls.incrementAndGet())); Wire wire = Wire.to(server)) {
            String smuggled = get("/smuggled");
            wire.send(POST + "Content-Length: " + smuggled.length() + "\r\n\r\n" + smuggled);
            wire.send(POST + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(smuggled.length()) + "\r\n" + smuggled + "\r\n0\r\n\r\n");
            wire.send(get("/"));
            for (int i = 1; i <= 3; i++) {
                assertThat(wire.reply().body()).isEqualTo("call " + i);
            }
            assertThat(wire.isSilent()).isTrue();
        }
    }

    @HubTest(virtualTime = false)
    void aBodyThatIsTooLongToSkipEndsTheConnection() throws Exception {
        try (HttpServer server = started(exchange -> exchange.respond(200, "no"))) {
            server.limits().unreadBody(1000);
            try (Wire wire = Wire.to(server)) {
                wire.send(POST + "Content-Length: 100000\r\n\r\n");
                Reply reply = wire.reply();
                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.announcesClose()).isTrue();
                assertThat(wire.ends()).isTrue();
            }
            try (Wire wire = Wire.to(server)) {
                wire.send(POST + "Transfer-Encoding: chunked\r\n\r\n" + "3e8\r\n" + "x".repeat(1000) + "\r\n1\r\nx\r\n0\r\n\r\n" + get("/"));
                assertThat(wire.reply().status()).isEqualTo(200);
            }
        }
    }

    // ---- responses ----

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-01: a response of known length has a Content-Length and isn't chunked; the connection stays, also after a 404")
    void aKnownLengthIsTold() throws Exception {
        try (HttpServer server = started(exchange -> exchange.respond(exchange.path().equals("/") ? 200 : 404, "hello world")); Wire wire = Wire.to(server)) {
            for (String path : List.of("/", "/none", "/")) {
                Reply reply = wire.send(get(path)).reply();
                assertThat(reply.status()).isEqualTo(path.equals("/") ? 200 : 404);
                assertThat(reply.field("Content-Length")).isEqualTo("11");
                assertThat(reply.field("Transfer-Encoding")).isNull();
                assertThat(reply.field("Connection")).isNull();
                assertThat(reply.body()).isEqualTo("hello world");
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-02: pipelined requests are answered in order")
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        try (HttpServer server = started(exchange -> exchange.respond(200, exchange.path())); Wire wire = Wire.to(server)) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 1000; i++) {
                requests.append(get("/" + i, "Fill: " + "x".repeat(i % 97)));
            }
            wire.send(requests.toString());
            for (int i = 0; i < 1000; i++) {
                assertThat(wire.reply().body()).isEqualTo("/" + i);
            }
        }
    }

    @HubTest(virtualTime = false)
    void aResponseIsNotHeldUpByTheHandlerOfTheNextRequest() throws Exception {
        Event go = new Event();
        try (HttpServer server = started(exchange -> {
            if (exchange.path().equals("/wait")) {
                go.await();
            }
            exchange.respond(200, exchange.path());
        }); Wire wire = Wire.to(server)) {
            wire.send(get("/first") + get("/wait"));
            assertThat(wire.reply().body()).isEqualTo("/first");
            go.set();
            assertThat(wire.reply().body()).isEqualTo("/wait");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-04: HTTP/1.0 is closed after a response, or kept if the client asks for that")
    void http10() throws Exception {
        try (HttpServer server = started(exchange -> exchange.respond(200, "x"))) {
            try (Wire wire = Wire.to(server)) {
                assertThat(wire.send("GET / HTTP/1.0\r\n\r\n").reply().announcesClose()).isTrue();
                assertThat(wire.ends()).isTrue();
            }
            try (Wire wire = Wire.to(server)) {
                for (int i = 0; i < 2; i++) {
                    Reply reply = wire.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").reply();
                    assertThat(reply.field("Connection")).isEqualTo("keep-alive");
                    assertThat(reply.body()).isEqualTo("x");
                }
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-05, B-WSG-07, B-WSG-08: a streamed response is a chunk per flush to 1.1, and plain to 1.0; nothing empty is sent")
    void streamsAreChunked() throws Exception {
        try (HttpServer server = started(exchange -> {
            OutputStream out = exchange.begin(200);
            for (String part : List.of("", "one", "", "two", "three", "")) {
                out.write(part.getBytes(UTF_8));
                out.flush();
                out.flush();
            }
            out.close();
        })) {
            try (Wire wire = Wire.to(server)) {
                wire.send(get("/"));
                assertThat(wire.line()).isEqualTo("HTTP/1.1 200 OK");
                assertThat(wire.fields()).contains("Transfer-Encoding: chunked").noneMatch(field -> field.startsWith("Content-Length"));
                String wanted = "0003\r\none\r\n0003\r\ntwo\r\n0005\r\nthree\r\n0\r\n\r\n";
                assertThat(wire.take(wanted.length())).isEqualTo(wanted);
                assertThat(wire.isSilent()).isTrue();
            }
            try (Wire wire = Wire.to(server)) {
                Reply reply = wire.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").reply();
                assertThat(reply.field("Transfer-Encoding")).isNull();
                assertThat(reply.announcesClose()).isTrue(); // else nobody could tell where it ends
                assertThat(reply.body()).isEqualTo("onetwothree");
            }
        }
    }

    @HubTest(virtualTime = false)
    void bodiesOfAllSizesArriveInEachWay() throws Exception {
        for (int size : new int[] {0, 1, 4095, 8192, 8193, 16000, 16384, 20000, 70000, 1_000_000}) {
            String body = "0123456789".repeat(size / 10 + 1).substring(0, size);
            byte[] bytes = body.getBytes(UTF_8);
            try (HttpServer server = started(exchange -> {
                switch (exchange.path()) {
                    case "/text" -> exchange.respond(200, body);
                    case "/bytes" -> exchange.respond(200, bytes);
                    case "/buffer" -> exchange.respond(200, ByteBuffer.allocateDirect(size).put(bytes).flip());
                    case "/length" -> {
                        OutputStream out = exchange.begin(200, size);
                        out.write(bytes);
                        out.close();
                    }
                    case "/pieces" -> {
                        OutputStream out = exchange.begin(200);
                        for (int at = 0; at < size; at += 777) {
                            out.write(bytes, at, Math.min(777, size - at));
                        }
                        out.close();
                    }
                    default -> {
                        OutputStream out = exchange.begin(200); // one byte, and the rest at once; nobody closes it
                        if (size > 0) {
                            out.write(bytes[0]);
                            out.write(bytes, 1, size - 1);
                        }
                    }
                }
            }); Wire wire = Wire.to(server)) {
                for (String path : List.of("/text", "/bytes", "/buffer", "/length", "/pieces", "/unclosed")) {
                    Reply reply = wire.send(get(path)).reply();
                    assertThat(reply.body().equals(body)).as(path + " " + size).isTrue();
                }
                for (String path : List.of("/text", "/bytes", "/buffer", "/length", "/pieces", "/unclosed")) {
                    wire.send(get(path).replace("GET", "HEAD") + get(path)); // nothing between the two
                    assertThat(wire.reply(true).status()).isEqualTo(200);
                    assertThat(wire.reply().body().length()).isEqualTo(size);
                }
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("O-WSG-01: a response to HEAD has the fields of one to GET, and no body")
    void headHasNoBody() throws Exception {
        try (HttpServer server = started(exchange -> exchange.respond(200, "hello")); Wire wire = Wire.to(server)) {
            wire.send(get("/").replace("GET", "HEAD"));
            assertThat(wire.reply(true).field("Content-Length")).isEqualTo("5");
            assertThat(wire.isSilent()).isTrue();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-28, B-WSG-29: a name or value that could be read as something else is refused, and nothing of it is sent")
    void responsesCannotBeSplit(Errors errors) throws Exception {
        for (String[] field : new String[][] {
            {"X", "a\r\nSet-Cookie: b"}, {"X", "a\nb"}, {"X", "a\rb"}, {"X", "a\0b"}, {"X", "\u20ac"}, {"X\r\nY", "a"}, {"X:", "a"}, {"", "a"}, {"X y", "a"},
            {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}) {
            errors.expect(IllegalArgumentException.class);
            try (HttpServer server = started(exchange -> {
                exchange.header(field[0], field[1]);
                exchange.respond(200, "not reached");
            })) {
                Reply reply = Wire.ask(server, get("/"));
                assertThat(reply.status()).isEqualTo(500);
                assertThat(reply.fields()).noneMatch(line -> line.startsWith("X") || line.startsWith("Set-Cookie"));
            }
        }
    }

    @HubTest(virtualTime = false)
    void fieldsAreSetAndAdded() throws Exception {
        try (HttpServer server = started(exchange -> {
            exchange.header("X", "1").header("x", "2").addHeader("Set-Cookie", "a").addHeader("Set-Cookie", "b \u00e9");
            exchange.header("Content-Type", "text/html").header("Date", "today");
            exchange.respond(201, "x");
            assertThatThrownBy(() -> exchange.header("Y", "1")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> exchange.respond(200)).isInstanceOf(IllegalStateException.class).hasMessageContaining("201");
        })) {
            Reply reply = Wire.ask(server, get("/"));
            assertThat(reply.fields("X")).containsExactly("2");
            assertThat(reply.fields("Set-Cookie")).containsExactly("a", "b \u00e9");
            assertThat(reply.field("Content-Type")).isEqualTo("text/html");
            assertThat(reply.field("Date")).isEqualTo("today");
        }
    }

    @HubTest(virtualTime = false)
    void trailersFollowAChunkedResponse() throws Exception {
        try (HttpServer server = started(exchange -> {
            exchange.header("Trailer", "Sum").begin(200).write("abc".getBytes(UTF_8));
            exchange.trailer("Sum", "6");
        })) {
            Reply reply = Wire.ask(server, get("/"));
            assertThat(reply.body()).isEqualTo("abc");
            assertThat(reply.trailers()).containsExactly("Sum: 6");
        }
    }

    // ---- other protocols ----

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-32: after 101 the connection is the handler's, with what came behind the request, and nothing is chunked")
    void upgrade() throws Exception {
        try (HttpServer server = started(exchange -> {
            if (!exchange.wantsUpgrade()) {
                exchange.header("Upgrade", "shout").respond(426);
                return;
            }
            ByteStream stream = exchange.header("X", "1").upgrade(exchange.header("Upgrade"));
            ByteBuffer into = ByteBuffer.allocate(100);
            while (stream.read(into.clear()) >= 0) {
                stream.write(ByteBuffer.wrap(new String(into.array(), 0, into.position(), UTF_8).toUpperCase(java.util.Locale.ROOT).getBytes(UTF_8)));
            }
        }); Wire wire = Wire.to(server)) {
            assertThat(wire.send(get("/")).reply().status()).isEqualTo(426);
            assertThat(wire.send(get("/", "Upgrade: shout")).reply().status()).isEqualTo(426);
            assertThat(wire.send("GET / HTTP/1.0\r\nConnection: keep-alive, upgrade\r\nUpgrade: shout\r\n\r\n").reply().status()).isEqualTo(426);
            wire.send(get("/", "Connection: Upgrade", "Upgrade: shout") + "early ");
            Reply reply = wire.reply();
            assertThat(reply.status()).isEqualTo(101);
            assertThat(reply.field("Upgrade")).isEqualTo("shout");
            assertThat(reply.field("Connection")).isEqualTo("Upgrade");
            assertThat(reply.field("X")).isEqualTo("1");
            wire.send("late");
            assertThat(wire.take(10)).isEqualTo("EARLY LATE");
            wire.socket.shutdownOutput();
            assertThat(wire.ends()).isTrue();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-38: a server serves, stops, and serves again")
    void restarts() throws Exception {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> exchange.respond(200, "x"));
        for (int i = 0; i < 3; i++) {
            server.start();
            assertThat(Wire.ask(server, get("/")).body()).isEqualTo("x");
            assertThat(server.stop()).isTrue();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-38: with a limit, a pool or none, serving for ever, failing and stopping are the same")
    void whoRunsTheHandlersMakesNoDifference(Errors errors) throws Exception {
        errors.expect(IllegalArgumentException.class, 3);
        for (int kind = 0; kind < 3; kind++) {
            HttpServer server = HttpServer.on(LOOPBACK, exchange -> {
                if (exchange.path().equals("/bad")) {
                    throw new IllegalArgumentException("a defect");
                }
                exchange.respond(200, "y");
            });
            if (kind == 1) {
                server.limit(3);
            } else if (kind == 2) {
                server.pool(new Pool(3));
            }
            Greenlet<Void> serving = Jevent.spawn(() -> server.serveForever());
            Jevent.yieldNow();
            assertThat(Wire.ask(server, get("/")).body()).isEqualTo("y");
            assertThat(Wire.ask(server, get("/bad")).status()).isEqualTo(500);
            assertThat(Wire.ask(server, get("/")).body()).isEqualTo("y");
            assertThat(server.stop()).isTrue();
            serving.get();
            assertThat(server.state()).isEqualTo(Server.State.STOPPED);
        }
    }

    // ---- Expect ----

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-25, O-WSG-02: who expects 100-continue, in any case, gets it with the handler's first read, and not without one")
    void continueComesWithTheFirstRead() throws Exception {
        try (HttpServer server = started(exchange -> {
            if (exchange.path().equals("/refuse")) {
                exchange.respond(417, "no");
            } else {
                exchange.respond(200, exchange.bodyText());
            }
        })) {
            try (Wire wire = Wire.to(server)) {
                for (String expect : List.of("100-continue", "100-Continue")) {
                    wire.send(POST + "Content-Length: 3\r\nExpect: " + expect + "\r\n\r\n");
                    assertThat(wire.reply().status()).isEqualTo(100);
                    assertThat(wire.send("abc").reply().body()).isEqualTo("abc");
                }
                wire.send(POST + "Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"); // who doesn't wait gets none
                assertThat(wire.reply().status()).isEqualTo(200);

                String body = get("/smuggled");
                wire.send("POST /refuse HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                Reply refused = wire.reply();
                assertThat(refused.status()).isEqualTo(417);
                assertThat(refused.announcesClose()).isFalse();
                assertThat(wire.send(get("/")).reply().status()).isEqualTo(200);
            }
            try (Wire wire = Wire.to(server)) {
                wire.send("POST /refuse HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
                Reply refused = wire.reply(); // nobody knows whether the body will come
                assertThat(refused.status()).isEqualTo(417);
                assertThat(refused.announcesClose()).isTrue();
                assertThat(wire.ends()).isTrue();
            }
        }
    }

    @HubTest(virtualTime = false)
    void continueComesBeforeAResponseThatHasBegunAndIsNotOut() throws Exception {
        try (HttpServer server = started(exchange -> {
            OutputStream out = exchange.begin(200);
            if (exchange.path().equals("/out")) {
                out.flush();
            }
            exchange.body().transferTo(out);
        }); Wire wire = Wire.to(server)) {
            wire.send(POST + "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertThat(wire.reply().status()).isEqualTo(100);
            assertThat(wire.send("abc").reply().body()).isEqualTo("abc");
            assertThat(wire.ends()).isTrue(); // as the response had said before it was known that the body would come
            assertThat(Wire.ask(server, POST.replace("POST /", "POST /out") + "Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc").body()).isEqualTo("abc");
        }
    }

    // ---- failures ----

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-26, F-WSGI-19: a handler that fails gives 500 if nothing is out, else the connection is cut; it is reported once")
    void failuresOfHandlers(Errors errors) throws Exception {
        errors.expect(IllegalStateException.class, 4);
        try (HttpServer server = started(exchange -> {
            switch (exchange.path()) {
                case "/begun" -> exchange.begin(200).write("unsent".getBytes(UTF_8));
                case "/sent" -> {
                    OutputStream out = exchange.begin(200);
                    out.write("sent".getBytes(UTF_8));
                    out.flush();
                }
                case "/silent" -> {
                    return;
                }
                default -> {}
            }
            throw new IllegalStateException("of the handler");
        })) {
            for (String path : List.of("/", "/begun", "/silent")) {
                try (Wire wire = Wire.to(server)) {
                    Reply reply = wire.send(get(path)).reply();
                    assertThat(reply.status()).isEqualTo(500);
                    assertThat(reply.body()).isEqualTo("500 Internal Server Error\n");
                    assertThat(wire.ends()).isTrue();
                }
            }
            try (Wire wire = Wire.to(server)) {
                wire.send(get("/sent"));
                assertThat(wire.line()).isEqualTo("HTTP/1.1 200 OK");
                wire.fields();
                assertThat(wire.take(10)).isEqualTo("0004\r\nsent");
                assertThatThrownBy(wire::rest).isInstanceOf(IOException.class).hasMessageContaining("reset");
            }
        }
    }

    @HubTest(virtualTime = false)
    void anHttpExceptionIsAResponseAndNoFailure() throws Exception {
        try (HttpServer server = started(exchange -> {
            throw new HttpException(409, "somebody was faster");
        })) {
            Reply reply = Wire.ask(server, get("/"));
            assertThat(reply.status()).isEqualTo(409);
            assertThat(reply.body()).isEqualTo("409 Conflict: somebody was faster\n");
        }
    }

    @HubTest(virtualTime = false)
    void aResponseThatIsShorterThanItSaidIsCut(Errors errors) throws Exception {
        errors.expect(IOException.class);
        try (HttpServer server = started(exchange -> {
            OutputStream out = exchange.begin(200, 10);
            out.write(1);
            out.flush();
        }); Wire wire = Wire.to(server)) {
            assertThatThrownBy(() -> wire.send(get("/")).reply()).isInstanceOf(IOException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-WSGI-10: a response of a status without body cannot have one")
    void statusWithoutBody(Errors errors) throws Exception {
        errors.expect(IllegalArgumentException.class);
        try (HttpServer server = started(exchange -> {
            if (exchange.path().equals("/body")) {
                exchange.respond(204, "x");
            } else {
                exchange.respond(Integer.parseInt(exchange.path().substring(1)));
            }
        }); Wire wire = Wire.to(server)) {
            for (String status : List.of("204", "304", "205", "200")) {
                Reply reply = wire.send(get("/" + status)).reply();
                assertThat(reply.status() + "").isEqualTo(status);
                assertThat(reply.field("Content-Length")).isEqualTo(status.equals("200") || status.equals("205") ? "0" : null);
            }
            assertThat(wire.send(get("/body")).reply().status()).isEqualTo(500);
        }
    }

    @HubTest(virtualTime = false)
    void anExchangeIsOverWhenItsHandlerHasReturned() throws Exception {
        List<HttpExchange> kept = new ArrayList<>();
        try (HttpServer server = started(exchange -> {
            kept.add(exchange);
            exchange.begin(200).write('x');
        })) {
            assertThat(Wire.ask(server, get("/", "X: secret")).body()).isEqualTo("x");
            assertThatThrownBy(() -> kept.getFirst().header("X")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> kept.getFirst().body()).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> kept.getFirst().respond(200)).isInstanceOf(IllegalStateException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-34, F-WSGI-03: each response is logged, what a client sent made harmless")
    void accessLog() throws Exception {
        List<String> common = new ArrayList<>();
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> exchange.respond(200, "hello"));
        List<AccessLog.Entry> entries = new ArrayList<>();
        server.accessLog(entry -> {
            entries.add(entry);
            common.add(entry.common());
        });
        try (server) {
            server.start();
            Wire.ask(server, get("/x", "User-Agent: a\"b\\c\u00e9", "Referer: r"));
            Wire.ask(server, "nonsense\u001b[0m\r\n\r\n");
        }
        assertThat(common.get(0)).matches("127\\.0\\.0\\.1 - - \\[\\d\\d/\\w{3}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}\\] \"GET /x HTTP/1\\.1\" 200 \\d+");
        assertThat(entries.get(0).combined()).endsWith(" \"r\" \"a\\\"b\\\\c\\xe9\"");
        assertThat(entries.get(0).bytes()).isGreaterThan(100);
        assertThat(common.get(1)).contains("\"nonsense").contains("\" 400 ").doesNotContain("\u001b");
    }

    @HubTest(virtualTime = false)
    void anErrorPageIsTheApplications() throws Exception {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> {
            throw new HttpException(404);
        });
        server.errorPage((status, message) -> "<h1>" + status + " " + message + "</h1>");
        try (server) {
            server.start();
            Reply reply = Wire.ask(server, get("/"));
            assertThat(reply.body()).isEqualTo("<h1>404 Not Found</h1>");
            assertThat(reply.field("Content-Type")).isEqualTo("text/html; charset=utf-8");
            assertThat(Wire.ask(server, "nonsense\r\n\r\n").body()).startsWith("<h1>400 ");
        }
    }
}
