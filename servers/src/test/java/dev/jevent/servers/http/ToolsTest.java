package dev.jevent.servers.http;

import static dev.jevent.servers.http.Wire.LOOPBACK;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Hub;
import dev.jevent.io.tls.TlsContexts;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpHead;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.io.TempDir;

/** Clients that others have written. */
class ToolsTest {
    @TempDir
    private Path folder;

    private HttpServer started(SSLContext context) throws IOException {
        HttpServer server = HttpServer.on(LOOPBACK, exchange -> {
            switch (exchange.path()) {
                case "/echo" -> exchange.body().transferTo(exchange.begin(200));
                case "/late" -> {
                    byte[] body = exchange.bodyBytes();
                    exchange.respond(200, body);
                }
                default -> exchange.respond(200, "Hello, World!");
            }
        });
        if (context != null) {
            server.tls(context);
        }
        server.start();
        return server;
    }

    /** What a command prints on both streams. It is run by a native thread, while the hub goes on. */
    private String run(String... command) throws Exception {
        return Hub.current().threadPool().apply(() -> {
            Path output = Files.createTempFile(folder, "output", "");
            Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(output.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile())).start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", command) + " doesn't end");
            }
            String text = Files.readString(output);
            assertThat(process.exitValue()).as(String.join(" ", command) + "\n" + text).isZero();
            return text;
        });
    }

    private SSLContext certificate() throws Exception {
        run("openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", "key.pem", "-out", "cert.pem",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2");
        return TlsContexts.server(folder.resolve("cert.pem"), folder.resolve("key.pem"));
    }

    @HubTest(virtualTime = false)
    void curl() throws Exception {
        byte[] large = new byte[2_000_000];
        new Random(1).nextBytes(large);
        Files.write(folder.resolve("large"), large);
        for (SSLContext context : new SSLContext[] {null, certificate()}) {
            try (HttpServer server = started(context)) {
                String base = (context == null ? "http" : "https") + "://127.0.0.1:" + server.port();
                String[] curl = {"curl", "-sS", "--http1.1", "--cacert", "cert.pem", "--fail"};
                if (context == null) {
                    curl = new String[] {"curl", "-sS", "--http1.1", "--fail"};
                }
                assertThat(run(join(curl, base + "/", base + "/"))).isEqualTo("Hello, World!".repeat(2));
                assertThat(run(join(curl, "-I", base + "/"))).contains("Content-Length: 13").doesNotContain("Hello");
                assertThat(run(join(curl, "--http1.0", base + "/"))).isEqualTo("Hello, World!");
                for (String path : List.of("/echo", "/late")) {
                    for (String[] how : new String[][] {{}, {"-H", "Transfer-Encoding: chunked"}, {"-H", "Expect: 100-continue"}, {"--http1.0", "-H", "Expect:"}}) {
                        run(join(join(curl, how), "--data-binary", "@large", "-o", "back", base + path));
                        assertThat(Files.readAllBytes(folder.resolve("back"))).isEqualTo(large);
                    }
                }
            }
        }
    }

    private static String[] join(String[] first, String... rest) {
        return Stream.concat(Stream.of(first), Stream.of(rest)).toArray(String[]::new);
    }

    @HubTest(virtualTime = false, limitSeconds = 100)
    void loadGenerators() throws Exception {
        try (HttpServer server = started(null)) {
            String uri = "http://127.0.0.1:" + server.port() + "/";
            assertThat(run("wrk", "-t1", "-c16", "-d1", uri)).contains("requests in").doesNotContain("Socket errors").doesNotContain("Non-2xx");
            assertThat(run("ab", "-q", "-n500", "-c8", uri)).containsPattern("Complete requests: +500\n").containsPattern("Failed requests: +0\n");
            assertThat(run("ab", "-q", "-k", "-n500", "-c8", uri)).containsPattern("Keep-Alive requests: +500\n").containsPattern("Failed requests: +0\n");
            assertThat(run("h2load", "--h1", "-n500", "-c4", "-m8", uri)).contains("500 succeeded, 0 failed, 0 errored");
        }
        try (HttpServer server = started(certificate())) {
            String uri = "https://127.0.0.1:" + server.port() + "/";
            assertThat(run("wrk", "-t1", "-c4", "-d1", uri)).contains("requests in").doesNotContain("Socket errors");
            assertThat(run("h2load", "--h1", "-n200", "-c2", uri)).contains("200 succeeded, 0 failed, 0 errored");
        }
    }

    @HubTest(virtualTime = false)
    void apacheHttpClient(Hub hub) throws Exception {
        byte[] large = new byte[1_000_000];
        new Random(2).nextBytes(large);
        try (HttpServer server = started(null)) {
            String base = "http://127.0.0.1:" + server.port();
            String result = hub.threadPool().apply(() -> {
                try (CloseableHttpClient client = HttpClients.createDefault()) {
                    for (int i = 0; i < 3; i++) {
                        HttpPost post = new HttpPost(base + "/late");
                        post.setEntity(new ByteArrayEntity(large, ContentType.APPLICATION_OCTET_STREAM, i == 1)); // chunked, too
                        byte[] back = client.execute(post, response -> EntityUtils.toByteArray(response.getEntity()));
                        assertThat(back).isEqualTo(large);
                    }
                    String length = client.execute(new HttpHead(base + "/"), response -> response.getFirstHeader("Content-Length").getValue());
                    assertThat(length).isEqualTo("13");
                    return client.execute(new HttpGet(base + "/"), response -> EntityUtils.toString(response.getEntity()));
                }
            });
            assertThat(result).isEqualTo("Hello, World!");
        }
    }

    @HubTest(virtualTime = false)
    void opensslClient() throws Exception {
        try (HttpServer server = started(certificate())) {
            Files.write(folder.resolve("request"), "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(UTF_8));
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                String text = run("sh", "-c", "cat request | openssl s_client -quiet -verify_return_error -CAfile cert.pem -servername localhost " + version
                        + " -ign_eof -connect 127.0.0.1:" + server.port());
                assertThat(text).contains("HTTP/1.1 200 OK", "Hello, World!");
            }
        }
    }
}
