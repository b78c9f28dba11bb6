package dev.jevent.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchCommandTest {
    private static final int AT_ONCE = 8;

    @TempDir
    private Path directory;

    private final byte[] page = new byte[300_000];
    private final CyclicBarrier together = new CyclicBarrier(AT_ONCE);
    private final ExecutorService handlers = Executors.newCachedThreadPool();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        new Random(7).nextBytes(page);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(handlers);
        server.createContext("/page", exchange -> answer(exchange, page, page.length));
        server.createContext("/short", exchange -> answer(exchange, new byte[10], 20));
        server.createContext("/together/", exchange -> {
            try {
                together.await();
            } catch (Exception e) {
                throw new IOException(e);
            }
            answer(exchange, exchange.getRequestURI().getPath().getBytes(), 0);
        });
        server.createContext("/silent", exchange -> { }); // never answers
        server.start();
    }

    private static void answer(HttpExchange exchange, byte[] body, long announced) throws IOException {
        exchange.sendResponseHeaders(200, announced);
        try (exchange) {
            exchange.getResponseBody().write(body);
        }
    }

    @AfterEach
    void stop() {
        server.stop(0);
        handlers.shutdownNow();
    }

    private String url(String path) {
        return "http://localhost:" + server.getAddress().getPort() + path;
    }

    private Run fetch(String... more) {
        List<String> args = new ArrayList<>(List.of("fetch", "--output", directory.toString()));
        args.addAll(List.of(more));
        return Run.jevent(args.toArray(String[]::new));
    }

    @Test
    void pagesComeAsTheyAreAndLinesInTheOrderGiven() throws Exception {
        Run run = fetch(url("/page"), url("/missing"), url("/page"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines()).hasSize(3);
        assertThat(run.lines().get(0)).startsWith(url("/page") + "  200  300,000 bytes  ").endsWith(directory.resolve("page").toString());
        assertThat(run.lines().get(1)).isEqualTo(url("/missing") + "  404 Not Found");
        assertThat(run.lines().get(2)).endsWith(directory.resolve("page.2").toString());
        assertThat(directory.resolve("page")).hasBinaryContent(page);
        assertThat(directory.resolve("page.2")).hasBinaryContent(page);
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
        assertThat(run.err()).contains("fetched: 3 of 3");
    }

    @Test
    void theyAreUnderWayAtOnce() throws Exception {
        List<String> urls = new ArrayList<>(List.of("--concurrency", "" + AT_ONCE));
        for (int i = 0; i < 3 * AT_ONCE; i++) {
            urls.add(url("/together/" + i)); // answered when eight of them wait
        }
        Run run = fetch(urls.toArray(String[]::new));
        assertThat(run.status()).as(run.out()).isZero();
        for (int i = 0; i < 3 * AT_ONCE; i++) {
            assertThat(directory.resolve("" + i)).hasContent("/together/" + i);
        }
    }

    @Test
    void whatIsNotDoneInTimeSaysSoAndLeavesNothing() {
        Run run = fetch("--timeout", "0.2", url("/silent"), url("/page"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines().get(0)).isEqualTo(url("/silent") + "  not done after 0.2s");
        assertThat(directory.toFile().list()).containsExactly("page");
    }

    @Test
    void aBodyThatEndsEarlyIsNotKept() {
        Run run = fetch(url("/short"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines().getFirst()).startsWith(url("/short") + "  ").doesNotContain("200");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aFileThatExistsIsOverwrittenOnlyByForce() throws Exception {
        Path file = Files.writeString(directory.resolve("page"), "mine");
        Run refused = fetch(url("/page"));
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.out()).contains(file + " exists already", "--force");
        assertThat(file).hasContent("mine");
        assertThat(fetch("--force", url("/page")).status()).isZero();
        assertThat(file).hasBinaryContent(page);
    }

    @Test
    void discardKeepsNothing() {
        Run run = fetch("--discard", url("/page"));
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("300,000 bytes").doesNotContain(directory.toString());
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void jsonHasAnObjectForEachUrl() throws Exception {
        server.stop(0);
        Run run = fetch("--json", url("/page"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.objects()).singleElement().satisfies(object -> assertThat(object)
                .containsEntry("url", url("/page"))
                .containsEntry("status", null)
                .containsEntry("file", null)
                .containsEntry("error", "Connection refused"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "ftp://localhost/", "http:", "http://bad host/", ""})
    void whatIsNoUrlIsBadUsage(String text) {
        Run run = Run.jevent("fetch", text);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("expected: http://HOST");
    }

    @Test
    void concurrencyIsPositive() {
        Run run = fetch("--concurrency", "0", "http://localhost/");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--concurrency: 0 (expected: > 0)");
    }

    @Test
    void filesAreNamedAsUrlsEndAndNeverLeaveTheDirectory() {
        assertThat(Fetches.name(URI.create("http://h/a/b.txt?q=1"))).isEqualTo("b.txt");
        assertThat(Fetches.name(URI.create("http://h"))).isEqualTo("index.html");
        assertThat(Fetches.name(URI.create("http://h/a/.."))).isEqualTo("index.html");
        assertThat(Fetches.name(URI.create("http://h/a%2F..%2Fb"))).isEqualTo("a%2F..%2Fb");
        assertThat(Fetches.name(URI.create("http://h/" + "x".repeat(500)))).hasSize(200);
    }
}
