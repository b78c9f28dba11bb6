package dev.jevent.servers.http;

import static dev.jevent.servers.http.Wire.LOOPBACK;
import static dev.jevent.servers.http.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.servers.http.Wire.Reply;
import dev.jevent.testkit.HubTest;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

/** Buffers, parsers and connections serve one request after the other. */
class ReuseTest {
    private static final String CANARY = "canary";

    /** First requests, with the canary wherever there is a place for one. */
    private static final List<String> FIRST = List.of(
            "GET /canary?canary=1 HTTP/1.1\r\nHost: canary\r\nCanary: canary\r\nX: canary\r\nCookie: canary\r\n\r\n",
            "CANARY http://canary/canary HTTP/1.1\r\nHost: canary\r\nConnection: canary\r\nUser-Agent: canary\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: canary\r\nContent-Type: text/canary; charset=utf-16\r\nContent-Length: 6\r\n\r\ncanary",
            "POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\ncanary",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6;canary=canary\r\ncanary\r\n0\r\nX: canary\r\nCanary: canary\r\n\r\n",
            "POST /unread HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ncanary\r\n0\r\nX: canary\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\ncanary",
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: canary\r\n\r\n",
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\nX: canary\r\n\r\n",
            "GET /set HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: " + "canary".repeat(4000) + "\r\n\r\n");

    /** All that a handler can learn of a request, and its client. */
    private static String seen(HttpExchange exchange) throws Exception {
        StringBuilder seen = new StringBuilder();
        seen.append(exchange.method()).append(' ').append(exchange.target()).append(' ').append(exchange.path()).append(' ').append(exchange.rawPath());
        seen.append(' ').append(exchange.query()).append(' ').append(exchange.protocol()).append(' ').append(exchange.bodyLength());
        for (String name : exchange.headerNames()) {
            seen.append('\n').append(name).append(": ").append(exchange.headers(name));
        }
        for (String name : List.of("X", "Canary", "Cookie", "Content-Type", "Upgrade", "User-Agent")) {
            seen.append('\n').append(exchange.header(name)).append(' ').append(exchange.trailer(name));
        }
        return seen.append('\n').append(exchange.wantsUpgrade()).append(exchange.isResponded()).append(exchange.bodyText()).toString();
    }

    @HubTest(virtualTime = false)
    @DisplayName("N7: the second request on a connection sees nothing of the first, nor does its response, whatever the first was")
    void theSecondSeesNothingOfTheFirst() throws Exception {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> {
            switch (exchange.path()) {
                case "/unread" -> exchange.respond(200);
                case "/set" -> exchange.header("X", CANARY).header("Content-Type", CANARY).header("Date", CANARY).respond(201, CANARY);
                default -> exchange.respond(200, seen(exchange));
            }
        });
        server.start();
        String second = get("/second", "Y: z");
        try (server) {
            Reply alone = Wire.ask(server, second);
            assertThat(alone.body()).startsWith("GET /second ").contains("\nY: [z]\n").doesNotContainIgnoringCase(CANARY);
            for (String first : FIRST) {
                for (boolean pipelined : new boolean[] {true, false}) {
                    try (Wire wire = Wire.to(server)) {
                        wire.send(pipelined ? first + second : first);
                        if (wire.reply().status() == 100) {
                            wire.reply();
                        }
                        Reply after = (pipelined ? wire : wire.send(second)).reply();
                        assertThat(after.body()).as(first).isEqualTo(alone.body());
                        assertThat(after.status()).isEqualTo(200);
                        assertThat(after.fields().toString()).doesNotContainIgnoringCase(CANARY);
                    }
                }
            }
        }
    }
}
