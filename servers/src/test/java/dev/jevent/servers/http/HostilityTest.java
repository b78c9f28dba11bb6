package dev.jevent.servers.http;

import static dev.jevent.servers.http.Wire.LOOPBACK;
import static dev.jevent.servers.http.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.sync.Event;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

/** Clients that mean no good, with a good one beside them. Single limits: {@link HttpLimitsTest}; many at once: {@link CrowdTest}. */
class HostilityTest {
    private static final Duration SHORT = Duration.ofMillis(60);
    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    /** What is sent to a server that has stopped to read is at most what it reads before it closes, and what the system takes. */
    private static final long MOST_SENT = 32 << 20;

    /** Of each kind, by slowhttptest. */
    private static final int CONNECTIONS = 200;

    @TempDir
    private Path folder;

    private static HttpServer started(HttpLimits limits) throws IOException {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> exchange.respond(200, exchange.bodyBytes().length + " bytes")).limits(limits);
        server.start();
        return server;
    }

    private static void isServed(HttpServer server) throws IOException {
        assertThat(Wire.ask(server, get("/")).body()).isEqualTo("0 bytes");
    }

    // ---- floods ----

    /** @return bytes until the server has had enough */
    private static long flood(HttpServer server, String begin, String more) throws IOException {
        String block = more.repeat((64 << 10) / more.length());
        try (Wire wire = Wire.to(server)) {
            wire.socket.timeout(Duration.ofSeconds(5)); // a server that doesn't read, and doesn't close: fine, too
            long sent = begin.length();
            try {
                wire.send(begin);
                for (; sent < 4 * MOST_SENT; sent += block.length()) {
                    wire.send(block);
                }
            } catch (SocketTimeoutException e) {
                sent += e.bytesTransferred;
            } catch (IOException closed) {
                return sent;
            }
            return sent;
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 90)
    @DisplayName("N2: whatever of a request has no end, the server has had enough of it after its limits")
    void floods(Hub hub) throws Exception {
        try (HttpServer server = started(new HttpLimits().writeTimeout(SHORT))) {
            List<Greenlet<Long>> floods = new ArrayList<>();
            for (String[] flood : new String[][] {
                {"", "G"},
                {"GET /", "x"},
                {"GET / HTTP/1.1\r\nHost: a\r\nX: ", "y"},
                {"GET / HTTP/1.1\r\nHost: a\r\n", "X: y\r\n"},
                {"GET / HTTP/1.1\r\nHost: a\r\n", "\r\n"},
                {CHUNKED, "0"},
                {CHUNKED + "1;", "x"},
                {CHUNKED + "1;x=\"", "y"},
                {CHUNKED + "0\r\n", "X: y\r\n"},
                {CHUNKED + "0\r\nX: ", "y"},
            }) {
                floods.add(hub.spawn(() -> flood(server, flood[0], flood[1])));
            }
            while (floods.stream().anyMatch(flood -> !flood.isDone())) {
                isServed(server);
                hub.yieldNow();
            }
            for (Greenlet<Long> flood : floods) {
                assertThat(flood.get()).isLessThan(MOST_SENT);
            }
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("N5: who sends requests and reads no response is not read from, and cut off in the end")
    void requestsWithoutReading(Hub hub) throws Exception {
        try (HttpServer server = started(new HttpLimits().writeTimeout(Duration.ofMillis(500)))) {
            Greenlet<Long> flood = hub.spawn(() -> flood(server, "", get("/")));
            while (!flood.isDone()) {
                isServed(server);
                hub.yieldNow();
            }
            assertThat(flood.get()).isLessThan(MOST_SENT);
        }
    }

    // ---- slowness ----

    @HubTest(virtualTime = false)
    @DisplayName("N1: a client that reads a byte now and then is cut off, and others are served meanwhile")
    void slowRead(Hub hub) throws Exception {
        Event over = new Event();
        byte[] large = new byte[64 << 20];
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> {
            try {
                exchange.respond(200, exchange.path().equals("/large") ? large : new byte[0]);
            } finally {
                if (exchange.path().equals("/large")) {
                    over.set();
                }
            }
        }).limits(new HttpLimits().writeTimeout(SHORT));
        server.start();
        try (server; Wire slow = Wire.to(server)) {
            slow.send(get("/large"));
            Greenlet<Void> reading = hub.spawn(() -> {
                for (;;) {
                    slow.take(1);
                    hub.sleep(Duration.ofMillis(5));
                }
            });
            while (!over.isSet()) {
                assertThat(Wire.ask(server, get("/")).status()).isEqualTo(200);
                hub.yieldNow();
            }
            reading.kill();
            assertThatThrownBy(slow::rest).isInstanceOf(SocketException.class); // reset: the system keeps nothing for it
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 120)
    @DisplayName("N1: slowhttptest gets no connection past its deadline, with slow heads, slow bodies and slow reading at once")
    void slowhttptest(Hub hub) throws Exception {
        Duration limit = Duration.ofSeconds(2);
        HttpLimits limits = new HttpLimits().headerTimeout(limit).bodyTimeout(limit).writeTimeout(limit).idleTimeout(limit);
        byte[] large = new byte[16 << 20];
        AtomicInteger cutOff = new AtomicInteger();
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> {
            if (exchange.path().equals("/large")) {
                try {
                    exchange.respond(200, large);
                } finally {
                    cutOff.incrementAndGet();
                }
            } else {
                exchange.respond(200, exchange.bodyBytes().length + " bytes");
            }
        }).limits(limits);
        server.start();
        try (server) {
            String url = "http://127.0.0.1:" + server.port();
            // It ends when the server has closed all; but who reads slowly doesn't notice that until it has read what had come.
            List<Greenlet<String>> attacks = new ArrayList<>();
            attacks.add(hub.spawn(() -> attack("-H", "-l", "60", "-i", "1", "-u", url + "/")));
            attacks.add(hub.spawn(() -> attack("-B", "-l", "60", "-i", "1", "-s", "100000", "-u", url + "/")));
            Greenlet<String> readers = hub.spawn(() -> attack("-X", "-l", "5", "-w", "512", "-y", "1024", "-n", "1", "-z", "1", "-u", url + "/large"));
            while (cutOff.get() < CONNECTIONS || !readers.isDone() || attacks.stream().anyMatch(attack -> !attack.isDone())) {
                isServed(server);
                hub.yieldNow();
            }
            assertThat(readers.get()).contains("service available:   YES").doesNotContain("service available:   NO");
            for (Greenlet<String> attack : attacks) {
                assertThat(attack.get()).contains("No open connections left").doesNotContain("service available:   NO");
            }
        }
    }

    /** Run by a native thread. */
    private String attack(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("slowhttptest", "-c", "" + CONNECTIONS, "-r", "" + CONNECTIONS, "-p", "10"));
        command.addAll(Arrays.asList(options));
        return Hub.current().threadPool().apply(() -> {
            Path output = Files.createTempFile(folder, "output", "");
            Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(output.toFile()).start();
            if (!process.waitFor(90, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", command) + " doesn't end");
            }
            return Files.readString(output).replaceAll("\u001b\\[[0-9;]*m", "");
        });
    }

    // ---- resets ----

    @HubTest(virtualTime = false)
    @DisplayName("N11: a reset behind the client's end of the stream closes the connection, and nothing spins")
    void resetBehindTheEnd(Hub hub) throws Exception {
        Event entered = new Event();
        Event go = new Event();
        Event left = new Event();
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> {
            if (exchange.path().equals("/wait")) {
                entered.set();
                go.await();
                left.set();
            }
            exchange.respond(200, "x".repeat(100_000));
        });
        server.start();
        try (server) {
            Wire wire = Wire.to(server);
            wire.send(get("/wait"));
            wire.socket.shutdownOutput();
            entered.await();
            wire.reset();
            go.set();
            left.await();
            assertThat(Wire.ask(server, get("/")).body()).hasSize(100_000);
            assertThat(server.stop(Duration.ofSeconds(20))).isTrue(); // the connection has ended
        }
    }
}
