package dev.jevent.servers.http;

import static dev.jevent.servers.http.Wire.LOOPBACK;
import static dev.jevent.servers.http.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.io.tls.TlsStream;
import dev.jevent.servers.Certificates;
import dev.jevent.servers.http.Wire.Reply;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

/** What RFC 9112 says that a server must, and must not, by section. The table in docs/reference/http.md names these tests. */
class Rfc9112Test {
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";

    private final AtomicInteger calls = new AtomicInteger();

    @TempDir
    private Path folder;

    private HttpServer started() throws IOException {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> {
            calls.incrementAndGet();
            exchange.respond(200, exchange.method() + " " + exchange.path() + " " + exchange.bodyText());
        });
        server.start();
        return server;
    }

    /** Sends {@code bytes} and one request more: refused and closed, the handler never called. */
    private void refused(HttpServer server, String bytes, int status) throws IOException {
        int before = calls.get();
        try (Wire wire = Wire.to(server)) {
            wire.send(bytes + get("/next"));
            Reply reply = wire.reply();
            assertThat(reply.status()).as(bytes).isEqualTo(status);
            assertThat(reply.announcesClose()).isTrue();
            assertThat(wire.ends()).isTrue();
        }
        assertThat(calls.get()).as(bytes).isEqualTo(before);
    }

    /** As {@link #refused}, with 400, but found out only in the body. */
    private void refusedInBody(HttpServer server, String bytes) throws IOException {
        int before = calls.get();
        try (Wire wire = Wire.to(server)) {
            wire.send(bytes + get("/next"));
            assertThat(wire.reply().status()).as(bytes).isEqualTo(400);
            assertThat(wire.ends()).isTrue();
        }
        assertThat(calls.get()).as(bytes).isEqualTo(before + 1);
    }

    private static String answered(HttpServer server, String bytes) throws IOException {
        try (Wire wire = Wire.to(server)) {
            Reply reply = wire.send(bytes + get("/next")).reply();
            assertThat(reply.status()).as(bytes).isEqualTo(200);
            assertThat(wire.reply().body()).as(bytes).isEqualTo("GET /next ");
            return reply.body();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("2.2: a message is octets, never text: what isn't ASCII has no meaning for where it ends")
    void s2_2_octets() throws Exception {
        try (HttpServer server = started()) {
            answered(server, get("/", "X: \u010a\u010d".replace('\u010a', '\u00c4').replace('\u010d', '\u00c4') + "\u0085\u00a0"));
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("2.2: a bare CR is refused")
    void s2_2_bareCr() throws Exception {
        try (HttpServer server = started()) {
            refused(server, "GET / HTTP/1.1\rHost: a\r\n\r\n", 400);
            refused(server, get("/", "X: a\rb"), 400);
            refused(server, "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", 400);
            refused(server, "GET / HTTP/1.1\r\nHost: a\r\n\rX", 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("2.2: a bare LF, which may be taken for the end of a line, is refused")
    void s2_2_bareLf() throws Exception {
        try (HttpServer server = started()) {
            refused(server, "GET / HTTP/1.1\nHost: a\n\n", 400);
            refused(server, "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400);
            refused(server, "GET / HTTP/1.1\r\nHost: a\r\n\n", 400);
            refused(server, "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("2.2: an empty line before the request line is ignored; more are not")
    void s2_2_emptyLine() throws Exception {
        try (HttpServer server = started()) {
            assertThat(answered(server, "\r\n" + get("/"))).isEqualTo("GET / ");
            assertThat(answered(server, POST + "Content-Length: 1\r\n\r\nx\r\n")).isEqualTo("POST / x");
            refused(server, "\r\n\r\n" + get("/"), 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("2.2: white space between the start line and the first field is refused")
    void s2_2_spaceBeforeFirstField() throws Exception {
        try (HttpServer server = started()) {
            refused(server, "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400);
            refused(server, "GET / HTTP/1.1\r\n\tX: b\r\nHost: a\r\n\r\n", 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("2.3: the version is that of the RFC's grammar, in upper case; another major version is 505")
    void s2_3_version() throws Exception {
        try (HttpServer server = started()) {
            assertThat(answered(server, "GET / HTTP/1.2\r\nHost: a\r\n\r\n")).isEqualTo("GET / ");
            refused(server, "GET / http/1.1\r\nHost: a\r\n\r\n", 400);
            refused(server, "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400);
            refused(server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("3: a request line that doesn't match the grammar is 400")
    void s3_requestLine() throws Exception {
        try (HttpServer server = started()) {
            for (String line : List.of("GET  / HTTP/1.1", "GET / HTTP/1.1 ", "GET\t/ HTTP/1.1", "GET /", "GET /a b HTTP/1.1", " GET / HTTP/1.1")) {
                refused(server, line + "\r\nHost: a\r\n\r\n", 400);
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("3: a request line of 8000 octets is taken; 3.1: a method too long to be one is 501, a target too long to be read 414")
    void s3_lengths() throws Exception {
        try (HttpServer server = started()) {
            answered(server, get("/" + "x".repeat(8000 - 14)));
            refused(server, "X".repeat(40) + " / HTTP/1.1\r\nHost: a\r\n\r\n", 501);
            refused(server, get("/" + "x".repeat(8200)), 414);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("3.1: the method is case-sensitive, and any token")
    void s3_1_method() throws Exception {
        try (HttpServer server = started()) {
            assertThat(answered(server, get("/").replace("GET", "get"))).isEqualTo("get / ");
            assertThat(answered(server, get("/").replace("GET", "M-SEARCH!"))).isEqualTo("M-SEARCH! / ");
            refused(server, get("/").replace("GET", "G(T"), 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("3.2: no Host, more than one, or an invalid one is 400")
    void s3_2_host() throws Exception {
        try (HttpServer server = started()) {
            refused(server, "GET / HTTP/1.1\r\n\r\n", 400);
            refused(server, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400);
            refused(server, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400);
            answered(server, "GET / HTTP/1.1\r\nHost:\r\n\r\n");
            assertThat(Wire.ask(server, "GET / HTTP/1.0\r\n\r\n").status()).isEqualTo(200);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("3.2.2: the absolute form is taken in any request; a Host that says something else is refused rather than ignored")
    void s3_2_2_absoluteForm() throws Exception {
        try (HttpServer server = started()) {
            assertThat(answered(server, "GET http://a.example/x?y HTTP/1.1\r\nHost: a.example\r\n\r\n")).isEqualTo("GET /x ");
            refused(server, "GET http://a.example/x HTTP/1.1\r\nHost: b.example\r\n\r\n", 400);
            refused(server, "GET http://a.example:81/x HTTP/1.1\r\nHost: a.example\r\n\r\n", 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("3.2.3, 3.2.4: the authority form is for CONNECT, which is 501; the asterisk form for OPTIONS")
    void s3_2_3_otherForms() throws Exception {
        try (HttpServer server = started()) {
            refused(server, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501);
            refused(server, "GET a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400);
            assertThat(answered(server, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")).isEqualTo("OPTIONS * ");
            refused(server, "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("4: the status line has version, code, a space, and perhaps a reason")
    void s4_statusLine() throws Exception {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> exchange.respond(299));
        server.start();
        try (server; Wire wire = Wire.to(server)) {
            assertThat(wire.send(get("/")).line()).isEqualTo("HTTP/1.1 299 ");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("5: white space around a value is no part of it")
    void s5_whiteSpace() throws Exception {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> exchange.respond(200, "[" + exchange.header("X") + "]"));
        server.start();
        try (server) {
            assertThat(Wire.ask(server, get("/", "X: \t a \t b\t ")).body()).isEqualTo("[a \t b]");
            assertThat(Wire.ask(server, get("/", "X:")).body()).isEqualTo("[]");
            assertThat(Wire.ask(server, get("/", "X:a")).body()).isEqualTo("[a]");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("5.1: white space between a name and its colon is 400")
    void s5_1_spaceBeforeColon() throws Exception {
        try (HttpServer server = started()) {
            refused(server, get("/", "X : a"), 400);
            refused(server, POST + "Content-Length : 3\r\n\r\nabc", 400);
            refused(server, POST + "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n", 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-31, 5.2: a folded line is 400")
    void s5_2_obsFold() throws Exception {
        try (HttpServer server = started()) {
            refused(server, get("/", "X: a", " b"), 400);
            refused(server, get("/", "X: a", "\tb"), 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("6.1: both Transfer-Encoding and Content-Length is 400")
    void s6_1_both() throws Exception {
        try (HttpServer server = started()) {
            refused(server, POST + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
            refused(server, POST + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("6.1: Transfer-Encoding in HTTP/1.0 is 400")
    void s6_1_http10() throws Exception {
        try (HttpServer server = started()) {
            refused(server, POST.replace("1.1", "1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
            refused(server, POST.replace("1.1", "1.0") + "Connection: keep-alive\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("6.1: codings before chunked that aren't known are 501, and chunked is known in any case")
    void s6_1_codings() throws Exception {
        try (HttpServer server = started()) {
            refused(server, POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501);
            assertThat(answered(server, POST + "Transfer-Encoding: CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n")).isEqualTo("POST / x");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("6.1: no Transfer-Encoding is sent with 1xx and 204, to HEAD, or to a client of HTTP/1.0")
    void s6_1_notSent() throws Exception {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> exchange.begin(exchange.path().equals("/204") ? 204 : 200).write(new byte[0]));
        server.start();
        try (server) {
            assertThat(Wire.ask(server, get("/204")).fields()).noneMatch(field -> field.matches("(?i)(transfer-encoding|content-length):.*"));
            assertThat(Wire.ask(server, "GET / HTTP/1.0\r\n\r\n").fields()).noneMatch(field -> field.matches("(?i)transfer-encoding:.*"));
            try (Wire wire = Wire.to(server)) {
                wire.send(get("/").replace("GET", "HEAD") + get("/204"));
                wire.reply(true);
                assertThat(wire.reply().status()).isEqualTo(204);
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("6.2: Content-Length is not sent with Transfer-Encoding, nor with 1xx and 204")
    void s6_2_notSent() throws Exception {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> exchange.begin(200).write('x'));
        server.start();
        try (server) {
            assertThat(Wire.ask(server, get("/")).fields()).noneMatch(field -> field.matches("(?i)content-length:.*"));
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("6.3: if chunked isn't the last coding, the length cannot be known: 400")
    void s6_3_chunkedNotLast() throws Exception {
        try (HttpServer server = started()) {
            refused(server, POST + "Transfer-Encoding: chunked, gzip\r\n\r\n", 400);
            refused(server, POST + "Transfer-Encoding: identity\r\n\r\n", 400);
            refused(server, POST + "Transfer-Encoding: chunked, chunked\r\n\r\n", 400);
            refused(server, POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("6.3: an invalid Content-Length is 400, a list of equal ones, too")
    void s6_3_contentLength() throws Exception {
        try (HttpServer server = started()) {
            for (String length : List.of("-1", "+3", "3, 3", "3,4", "0x3", "3 ;", "", "1e1", "99999999999999999999999")) {
                refused(server, POST + "Content-Length: " + length + "\r\n\r\nabc", 400);
            }
            refused(server, POST + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("6.3: a request with neither has no body")
    void s6_3_noBody() throws Exception {
        try (HttpServer server = started()) {
            assertThat(answered(server, POST + "\r\n")).isEqualTo("POST / ");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("6.3: what is no valid message is not followed by another one on the connection")
    void s6_3_close() throws Exception {
        try (HttpServer server = started()) {
            refused(server, "garbage\r\n\r\n", 400);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-13, 7.1: chunks are parsed to the letter")
    void s7_1_chunks() throws Exception {
        try (HttpServer server = started()) {
            String chunked = POST + "Transfer-Encoding: chunked\r\n\r\n";
            assertThat(answered(server, chunked + "3\r\nabc\r\n00a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n")).isEqualTo("POST / abc01234567890123456789");
            for (String body : List.of("x\r\n", "\r\n", "3", "-1\r\n", "+3\r\nabc\r\n", "0x3\r\nabc\r\n", " 3\r\nabc\r\n", "3 \r\nabc\r\n", "3\nabc\r\n", "3\rabc\r\n",
                    "3\r\nabcd\r\n", "3\r\nabc\n", "3\r\nabc0\r\n\r\n", "10000000000000000\r\n", "fffffffffffffffff\r\n", "3_0\r\nabc\r\n", "3\u0000\r\nabc\r\n")) {
                refusedInBody(server, chunked + body);
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-14, 7.1.1: extensions that aren't known are ignored; malformed and overlong ones are 400")
    void s7_1_1_extensions() throws Exception {
        try (HttpServer server = started()) {
            String chunked = POST + "Transfer-Encoding: chunked\r\n\r\n";
            for (String extension : List.of(";a", ";a=b", ";a=\"b;\\\"\r\"".replace("\r", " "), ";a;b=c;d=\"\"", " ; a = b", "\t;a\t;b")) {
                assertThat(answered(server, chunked + "3" + extension + "\r\nabc\r\n0" + extension + "\r\n\r\n")).isEqualTo("POST / abc");
            }
            for (String extension : List.of(";", ";a=", ";=b", ";a=\"b", ";a\n", ";a=b c", ";a;", ";a=\"b\"c", " ", ";a ", ";a=b ", ";a\u0000", ";a=\"\n\"", ";" + "a".repeat(24_000))) {
                refusedInBody(server, chunked + "3" + extension + "\r\nabc\r\n0\r\n\r\n");
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-16, 7.1.2: trailers are parsed as fields are; what isn't one is never taken for the next request")
    void s7_1_2_trailers() throws Exception {
        try (HttpServer server = started()) {
            String chunked = POST + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n";
            assertThat(answered(server, chunked + "X: y\r\nContent-Length: 100\r\n\r\n")).isEqualTo("POST / abc");
            for (String trailer : List.of("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", "X\r\n\r\n", "X : y\r\n\r\n", "X: y\n\n", "X: \u0000\r\n\r\n", "X: y\r\n folded\r\n\r\n",
                    "X: " + "y".repeat(40_000) + "\r\n\r\n")) {
                int before = calls.get();
                try (Wire wire = Wire.to(server)) {
                    wire.send(chunked + trailer);
                    assertThat(wire.reply().status()).as(trailer).isIn(400, 431);
                    assertThat(wire.ends()).isTrue();
                }
                assertThat(calls.get()).isEqualTo(before + 1);
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("7.1.2: a trailer is not merged into the header fields")
    void s7_1_2_notMerged() throws Exception {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> {
            exchange.bodyBytes();
            exchange.respond(200, exchange.header("X") + " " + exchange.trailer("X"));
        });
        server.start();
        try (server) {
            assertThat(Wire.ask(server, POST + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n").body()).isEqualTo("null y");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("8: an incomplete request is not handled as one")
    void s8_incomplete() throws Exception {
        try (HttpServer server = started()) {
            for (String part : List.of("GET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r", "GET /")) {
                try (Wire wire = Wire.to(server)) {
                    wire.send(part);
                    wire.socket.shutdownOutput();
                    assertThat(wire.ends()).isTrue();
                }
            }
            assertThat(calls.get()).isZero();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("9.3: close in the request ends the connection with its response, which says so; else it persists")
    void s9_3_persistence() throws Exception {
        try (HttpServer server = started()) {
            for (String value : List.of("close", "Close", "keep-alive, close", "x,close ,y")) {
                try (Wire wire = Wire.to(server)) {
                    wire.send(get("/", "Connection: " + value) + get("/"));
                    assertThat(wire.reply().announcesClose()).isTrue();
                    assertThat(wire.ends()).isTrue();
                }
            }
            answered(server, get("/", "Connection: closed"));
            answered(server, get("/", "Connection: keep-alive"));
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("9.3: the whole body is read, or the connection closed")
    void s9_3_body() throws Exception {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> exchange.respond(200, exchange.path()));
        server.start();
        try (server; Wire wire = Wire.to(server)) {
            wire.send(POST + "Content-Length: 5\r\n\r\nGET /" + get("/next"));
            assertThat(wire.reply().body()).isEqualTo("/");
            assertThat(wire.reply().body()).isEqualTo("/next");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("9.3.2: responses to pipelined requests come in the order of the requests")
    void s9_3_2_pipelining() throws Exception {
        try (HttpServer server = started(); Wire wire = Wire.to(server)) {
            wire.send(get("/1") + POST.replace("/ ", "/2 ") + "Content-Length: 1\r\n\r\nx" + get("/3").replace("GET", "HEAD") + get("/4"));
            assertThat(wire.reply().body()).isEqualTo("GET /1 ");
            assertThat(wire.reply().body()).isEqualTo("POST /2 x");
            assertThat(wire.reply(true).status()).isEqualTo(200);
            assertThat(wire.reply().body()).isEqualTo("GET /4 ");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("9.6: after a response with close nothing more is answered, and the client gets that response before the close")
    void s9_6_tearDown() throws Exception {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> exchange.header("Connection", "close").respond(200, "x".repeat(100_000)));
        server.start();
        try (server; Wire wire = Wire.to(server)) {
            wire.send(POST + "Content-Length: 300000\r\n\r\n" + "y".repeat(200_000));
            assertThat(wire.reply().body()).hasSize(100_000);
            assertThat(wire.ends()).isTrue();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-WSG-38, 9.8: a connection with TLS is served, and ends with closure alerts")
    void s9_8_closureAlert() throws Exception {
        Certificates certificates = new Certificates(folder).make("localhost");
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> exchange.respond(200, "x")).tls(certificates.server("localhost"));
        server.start();
        try (server;
                Wire wire = Wire.to(server);
                TlsStream client = TlsStream.client(wire.socket, certificates.client("localhost"), "localhost", server.port())) {
            client.outputStream().write(get("/", "Connection: close").getBytes());
            assertThat(new String(client.inputStream().readAllBytes())).endsWith("\r\n\r\nx"); // else it fails: cut off
        }
    }
}
