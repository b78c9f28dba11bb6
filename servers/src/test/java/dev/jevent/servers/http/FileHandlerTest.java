package dev.jevent.servers.http;

import static dev.jevent.servers.http.Wire.LOOPBACK;
import static dev.jevent.servers.http.Wire.get;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.servers.http.Wire.Reply;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileHandlerTest {
    private static final Instant MODIFIED = Instant.parse("2020-02-29T12:34:56Z");

    @TempDir
    private Path above;

    private Path root;
    private byte[] large;

    @BeforeEach
    void makeFiles() throws IOException {
        root = Files.createDirectory(above.resolve("root"));
        large = new byte[300_000];
        new Random(1).nextBytes(large);
        write("digits.txt", "0123456789".getBytes(ISO_8859_1));
        write("large.bin", large);
        write("a b+c\u00e9.html", "<p>".getBytes(ISO_8859_1));
        write("empty", new byte[0]);
        Files.createDirectories(root.resolve("indexed"));
        write("indexed/index.html", "index".getBytes(ISO_8859_1));
        Files.createDirectories(root.resolve("dir/sub"));
        write("dir/x<&>\".txt", "x".getBytes(ISO_8859_1));
        write(".secret", "secret".getBytes(ISO_8859_1));
        Files.createDirectories(root.resolve(".well-known"));
        write(".well-known/x", "known".getBytes(ISO_8859_1));
        Files.writeString(above.resolve("outside"), "outside");
        Files.createSymbolicLink(root.resolve("out"), above.resolve("outside"));
        Files.createSymbolicLink(root.resolve("in"), root.resolve("digits.txt"));
    }

    private void write(String name, byte[] content) throws IOException {
        Files.setLastModifiedTime(Files.write(root.resolve(name), content), FileTime.from(MODIFIED));
    }

    private HttpServer started() throws IOException {
        HttpServer server = HttpServer.on(LOOPBACK, FileHandler.of(root));
        server.start();
        return server;
    }

    @HubTest(virtualTime = false)
    void filesHaveTheirTypesAndDates() throws Exception {
        try (HttpServer server = started(); Wire wire = Wire.to(server)) {
            Reply digits = wire.send(get("/digits.txt")).reply();
            assertThat(digits.body()).isEqualTo("0123456789");
            assertThat(digits.field("Content-Type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(digits.field("Last-Modified")).isEqualTo("Sat, 29 Feb 2020 12:34:56 GMT");
            assertThat(digits.field("Accept-Ranges")).isEqualTo("bytes");
            assertThat(digits.field("ETag")).matches("\"[0-9a-f.-]+\"");
            assertThat(wire.send(get("/large.bin")).reply().body()).isEqualTo(new String(large, ISO_8859_1));
            assertThat(wire.send(get("/a%20b+c%c3%a9.html")).reply().field("Content-Type")).isEqualTo("text/html; charset=utf-8");
            assertThat(wire.send(get("/empty")).reply().field("Content-Length")).isEqualTo("0");
            assertThat(wire.send(get("/large.bin").replace("GET", "HEAD")).reply(true).field("Content-Length")).isEqualTo("300000");
            assertThat(wire.send(get("/in")).reply().body()).isEqualTo("0123456789");
            assertThat(wire.send(get("/.well-known/x")).reply().body()).isEqualTo("known");
        }
    }

    @HubTest(virtualTime = false)
    void nothingOutsideOfTheDirectoryIsFound() throws Exception {
        try (HttpServer server = started()) {
            for (String path : List.of("/../outside", "/%2e%2e/outside", "/dir/../../outside", "/..%2foutside", "/..%5coutside", "/out", "/.secret", "/%2esecret",
                    "/dir/%00", "/digits.txt/", "/digits.txt/x", "/none", "/" + "x".repeat(300), "/dir%2fsub/", "//../outside")) {
                assertThat(Wire.ask(server, get(path)).status()).as(path).isEqualTo(404);
            }
        }
    }

    @HubTest(virtualTime = false)
    void otherMethodsAreNotAllowed() throws Exception {
        try (HttpServer server = started()) {
            Reply reply = Wire.ask(server, get("/digits.txt").replace("GET", "DELETE"));
            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.field("Allow")).isEqualTo("GET, HEAD");
            assertThat(Wire.ask(server, get("/digits.txt").replace("GET", "OPTIONS")).status()).isEqualTo(204);
        }
    }

    @HubTest(virtualTime = false)
    void directoriesAreTheirIndexOrAList() throws Exception {
        try (HttpServer server = started(); Wire wire = Wire.to(server)) {
            assertThat(wire.send(get("/indexed/")).reply().body()).isEqualTo("index");
            assertThat(wire.send(get("/indexed?x=y")).reply().field("Location")).isEqualTo("./indexed/?x=y");
            assertThat(wire.send(get("//dir")).reply().field("Location")).isEqualTo("./dir/");
            String list = wire.send(get("/dir/")).reply().body();
            assertThat(list).contains("<a href=\"./sub/\">sub/</a>", "<a href=\"./x%3C%26%3E%22.txt\">x&lt;&amp;&gt;&quot;.txt</a>", "<a href=\"../\">");
            assertThat(list.indexOf("sub/")).isLessThan(list.indexOf("x%3C"));
            assertThat(wire.send(get("/")).reply().body()).contains("digits.txt").doesNotContain("secret").doesNotContain("../");
        }
        HttpServer server = HttpServer.on(LOOPBACK, FileHandler.of(root).listing(false).index("x").hidden(true));
        server.start();
        try (server) {
            assertThat(Wire.ask(server, get("/dir/")).status()).isEqualTo(404);
            assertThat(Wire.ask(server, get("/.secret")).body()).isEqualTo("secret");
        }
    }

    @HubTest(virtualTime = false)
    void ranges() throws Exception {
        try (HttpServer server = started(); Wire wire = Wire.to(server)) {
            for (String[] asked : new String[][] {
                {"bytes=2-4", "234", "2-4"}, {"bytes=7-", "789", "7-9"}, {"bytes=-3", "789", "7-9"}, {"bytes=0-99", "0123456789", "0-9"},
                {"Bytes=0-0", "0", "0-0"}, {"bytes=-99", "0123456789", "0-9"}, {"bytes= 3-3 , 90-", "3", "3-3"}, {"bytes=9-99999999999999999999999", "9", "9-9"}}) {
                Reply reply = wire.send(get("/digits.txt", "Range: " + asked[0])).reply();
                assertThat(reply.status()).as(asked[0]).isEqualTo(206);
                assertThat(reply.body()).isEqualTo(asked[1]);
                assertThat(reply.field("Content-Range")).isEqualTo("bytes " + asked[2] + "/10");
            }
            for (String ignored : List.of("lines=1-2", "bytes=", "bytes=-", "bytes=4-2", "bytes=a-b", "bytes=1", "bytes=0-5,3-7", "bytes=" + "0-0,".repeat(17))) {
                assertThat(wire.send(get("/digits.txt", "Range: " + ignored)).reply().status()).as(ignored).isEqualTo(200);
            }
            for (String unsatisfiable : List.of("bytes=10-", "bytes=-0", "bytes=99-100,200-")) {
                Reply reply = wire.send(get("/digits.txt", "Range: " + unsatisfiable)).reply();
                assertThat(reply.status()).as(unsatisfiable).isEqualTo(416);
                assertThat(reply.field("Content-Range")).isEqualTo("bytes */10");
            }
            Reply middle = wire.send(get("/large.bin", "Range: bytes=100000-249999")).reply();
            assertThat(middle.body()).isEqualTo(new String(large, 100_000, 150_000, ISO_8859_1));
        }
    }

    @HubTest(virtualTime = false)
    void severalRangesAreParts() throws Exception {
        try (HttpServer server = started(); Wire wire = Wire.to(server)) {
            Reply reply = wire.send(get("/digits.txt", "Range: bytes=0-1,-2")).reply();
            assertThat(reply.status()).isEqualTo(206);
            String boundary = reply.field("Content-Type").replace("multipart/byteranges; boundary=", "");
            assertThat(reply.body()).isEqualTo("\r\n--" + boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 0-1/10\r\n\r\n01"
                    + "\r\n--" + boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n--" + boundary + "--\r\n");
            assertThat(wire.send(get("/large.bin", "Range: bytes=0-99999,200000-299999")).reply().body())
                    .contains(new String(large, 0, 100_000, ISO_8859_1), new String(large, 200_000, 100_000, ISO_8859_1));
        }
    }

    @HubTest(virtualTime = false)
    void conditionalRequests() throws Exception {
        try (HttpServer server = started(); Wire wire = Wire.to(server)) {
            String tag = wire.send(get("/digits.txt")).reply().field("ETag");
            String same = "Sat, 29 Feb 2020 12:34:56 GMT";
            String before = "Fri, 28 Feb 2020 12:34:56 GMT";
            Object[][] cases = {
                {304, "If-None-Match: " + tag}, {304, "If-None-Match: \"x\", W/" + tag}, {304, "If-None-Match: *"}, {200, "If-None-Match: \"x\""},
                {200, "If-None-Match: x"}, {304, "If-Modified-Since: " + same}, {304, "If-Modified-Since: Saturday, 29-Feb-20 12:34:56 GMT"},
                {304, "If-Modified-Since: Sat Feb 29 12:34:56 2020"}, {200, "If-Modified-Since: " + before}, {200, "If-Modified-Since: x"},
                {412, "If-Unmodified-Since: " + before}, {200, "If-Unmodified-Since: " + same}, {412, "If-Match: \"x\""}, {200, "If-Match: " + tag},
                {412, "If-Match: W/" + tag}, {200, "If-Match: *"}, {200, "If-None-Match: \"x\"\r\nIf-Modified-Since: " + same},
                {206, "Range: bytes=0-0\r\nIf-Range: " + tag}, {200, "Range: bytes=0-0\r\nIf-Range: \"x\""}, {200, "Range: bytes=0-0\r\nIf-Range: W/" + tag},
                {206, "Range: bytes=0-0\r\nIf-Range: " + same}, {200, "Range: bytes=0-0\r\nIf-Range: " + before}};
            for (Object[] one : cases) {
                Reply reply = wire.send(get("/digits.txt", one[1].toString())).reply();
                assertThat(reply.status()).as(one[1].toString()).isEqualTo(one[0]);
                if (reply.status() == 304) {
                    assertThat(reply.field("ETag")).isEqualTo(tag);
                }
            }
        }
    }

    @Test
    void datesAreReadInAllForms() {
        Instant time = Instant.parse("1994-11-06T08:49:37Z");
        for (String text : List.of("Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994")) {
            assertThat(Preconditions.date(text)).as(text).isEqualTo(time);
        }
        assertThat(Preconditions.date("Mon, 06 Nov 1994 08:49:37 GMT")).isNull();
    }

    @HubTest(virtualTime = false)
    void aHandlerMayRespondWithAFile() throws Exception {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> exchange.header("Content-Type", "x/y").respond(root.resolve("digits.txt")));
        server.start();
        try (server) {
            Reply reply = Wire.ask(server, get("/", "Range: bytes=1-1"));
            assertThat(reply.field("Content-Type")).isEqualTo("x/y");
            assertThat(reply.body()).isEqualTo("1");
        }
    }
}
