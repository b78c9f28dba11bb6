package dev.jevent.servers.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import com.sun.net.httpserver.SimpleFileServer;
import dev.jevent.Hub;
import dev.jevent.io.tls.TlsContexts;
import dev.jevent.testkit.HubTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Authenticator.RequestorType;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs written for {@code com.sun.net.httpserver}: nothing here but the assertions knows of jevent. */
class JdkHttpServerTest {
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path folder;

    @AfterEach
    void closeClient() {
        client.close();
    }

    private HttpResponse<String> get(HttpServer server, String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(server, path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(HttpServer server, String path, String body) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(server, path)).POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(HttpServer server, String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private static void respond(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Test
    void theJdksFactoryMakesOurs() throws Exception {
        HttpServer server = HttpServer.create(LOOPBACK, 0);
        assertThat(server.getClass().getName()).startsWith("dev.jevent.");
        server.createContext("/", exchange -> respond(exchange, 200, Thread.currentThread() + " " + (Hub.ifExists() != null)));
        server.start();
        try {
            assertThat(get(server, "/").body()).startsWith("VirtualThread").endsWith("true");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void handlersRunWithEachKindOfExecutor() throws Exception {
        try (ExecutorService fixed = Executors.newFixedThreadPool(2); ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Executor executor : new Executor[] {null, fixed, virtual, Runnable::run}) {
                ConcurrentLinkedQueue<Boolean> onVirtualThreads = new ConcurrentLinkedQueue<>();
                HttpServer server = HttpServer.create(LOOPBACK, 0);
                server.setExecutor(executor);
                assertThat(server.getExecutor()).isSameAs(executor);
                server.createContext("/echo", exchange -> {
                    onVirtualThreads.add(Thread.currentThread().isVirtual());
                    exchange.getResponseHeaders().add("X-Method", exchange.getRequestMethod());
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getRequestBody().transferTo(exchange.getResponseBody());
                    exchange.close();
                });
                server.start();
                try {
                    String body = "0123456789".repeat(20_000);
                    for (int i = 0; i < 3; i++) {
                        HttpResponse<String> response = post(server, "/echo", body);
                        assertThat(response.body()).isEqualTo(body);
                        assertThat(response.headers().firstValue("X-Method")).hasValue("POST");
                    }
                    assertThat(onVirtualThreads).containsOnly(executor != fixed);
                } finally {
                    server.stop(0);
                }
            }
        }
    }

    @Test
    void aResponseMayComeAfterTheHandlerHasReturned() throws Exception {
        try (ExecutorService later = Executors.newSingleThreadExecutor()) {
            HttpServer server = HttpServer.create(LOOPBACK, 0);
            server.createContext("/", exchange -> later.execute(() -> {
                try {
                    respond(exchange, 200, "later");
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }));
            server.start();
            try {
                assertThat(get(server, "/").body()).isEqualTo("later");
                assertThat(get(server, "/").body()).isEqualTo("later");
            } finally {
                server.stop(0);
            }
        }
    }

    @Test
    void theLongestContextHandlesARequest() throws Exception {
        HttpServer server = HttpServer.create(LOOPBACK, 0);
        for (String path : List.of("/a", "/a/b", "/a/b/c")) {
            server.createContext(path, exchange -> respond(exchange, 200, exchange.getHttpContext().getPath()));
        }
        assertThatThrownBy(() -> server.createContext("/a")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> server.createContext("x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> server.removeContext("/none")).isInstanceOf(IllegalArgumentException.class);
        server.start();
        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> server.setExecutor(null)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> server.bind(LOOPBACK, 0)).isInstanceOf(BindException.class);
        try {
            assertThat(get(server, "/a/x").body()).isEqualTo("/a");
            assertThat(get(server, "/a/b/x?y").body()).isEqualTo("/a/b");
            server.removeContext("/a/b");
            assertThat(get(server, "/a/b/x").body()).isEqualTo("/a");
            assertThat(get(server, "/none").statusCode()).isEqualTo(404);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void filtersSeeAndWrapAnExchange() throws Exception {
        HttpServer server = HttpServer.create(LOOPBACK, 0);
        var context = server.createContext("/", exchange -> respond(exchange, 200, new String(exchange.getRequestBody().readAllBytes(), UTF_8) + exchange.getAttribute("seen")));
        context.getFilters().add(Filter.beforeHandler("notes", exchange -> exchange.setAttribute("seen", exchange.getRequestURI().toString())));
        context.getFilters().add(new Filter() {
            @Override
            public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
                exchange.setStreams(new ByteArrayInputStream("wrapped ".getBytes(UTF_8)), null);
                chain.doFilter(exchange);
            }

            @Override
            public String description() {
                return "wraps";
            }
        });
        server.start();
        try {
            assertThat(post(server, "/x", "body").body()).isEqualTo("wrapped /x");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void authenticatorsComeFirst() throws Exception {
        HttpServer server = HttpServer.create(LOOPBACK, 0);
        var context = server.createContext("/", exchange -> {
            HttpPrincipal principal = exchange.getPrincipal();
            respond(exchange, 200, principal.getUsername() + "@" + principal.getRealm());
        });
        Authenticator basic = new BasicAuthenticator("realm") {
            @Override
            public boolean checkCredentials(String user, String password) {
                return user.equals("me") && password.equals("secret");
            }
        };
        assertThat(context.setAuthenticator(basic)).isNull();
        server.start();
        try (HttpClient known = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).authenticator(new java.net.Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                assertThat(getRequestorType()).isEqualTo(RequestorType.SERVER);
                return new PasswordAuthentication("me", "secret".toCharArray());
            }
        }).build()) {
            assertThat(get(server, "/").statusCode()).isEqualTo(401);
            assertThat(known.send(HttpRequest.newBuilder(uri(server, "/")).build(), HttpResponse.BodyHandlers.ofString()).body()).isEqualTo("me@realm");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void lengthsAreAsTheJdkHasThem() throws Exception {
        HttpServer server = HttpServer.create(LOOPBACK, 0);
        server.createContext("/none", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            assertThatThrownBy(() -> exchange.sendResponseHeaders(200, -1)).isInstanceOf(IOException.class);
        });
        server.createContext("/any", exchange -> {
            assertThatThrownBy(() -> exchange.getResponseBody().write(1)).isInstanceOf(IOException.class);
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("any".getBytes(UTF_8));
            exchange.close();
        });
        server.createContext("/head", exchange -> {
            exchange.getResponseHeaders().set("Content-Length", "42");
            exchange.sendResponseHeaders(200, -1);
        });
        server.start();
        try {
            assertThat(get(server, "/none").headers().firstValue("Content-Length")).hasValue("0");
            HttpResponse<String> any = get(server, "/any");
            assertThat(any.body()).isEqualTo("any");
            assertThat(any.headers().firstValue("Transfer-Encoding")).hasValue("chunked");
            HttpResponse<Void> head = client.send(HttpRequest.newBuilder(uri(server, "/head")).HEAD().build(), HttpResponse.BodyHandlers.discarding());
            assertThat(head.headers().firstValue("Content-Length")).hasValue("42");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void simpleFileServer() throws Exception {
        Files.writeString(folder.resolve("x.txt"), "content");
        HttpServer server = SimpleFileServer.createFileServer(LOOPBACK, folder.toRealPath(), SimpleFileServer.OutputLevel.NONE);
        assertThat(server.getClass().getName()).startsWith("dev.jevent.");
        server.start();
        try {
            assertThat(get(server, "/x.txt").body()).isEqualTo("content");
            assertThat(get(server, "/").body()).contains("x.txt");
            assertThat(get(server, "/none").statusCode()).isEqualTo(404);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void https() throws Exception {
        Path key = folder.resolve("key.pem");
        Path certificate = folder.resolve("cert.pem");
        Process openssl = new ProcessBuilder("openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", key.toString(),
                "-out", certificate.toString(), "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2")
                .redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
        assertThat(openssl.waitFor()).isZero();
        HttpsServer server = HttpsServer.create(LOOPBACK, 0);
        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
        server.setHttpsConfigurator(new HttpsConfigurator(TlsContexts.server(certificate, key)));
        server.createContext("/", exchange -> respond(exchange, 200, ((HttpsExchange) exchange).getSSLSession().getProtocol()));
        server.start();
        try (HttpClient secure = HttpClient.newBuilder().sslContext(TlsContexts.client(certificate)).build()) {
            URI uri = URI.create("https://localhost:" + server.getAddress().getPort() + "/");
            assertThat(secure.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString()).body()).isEqualTo("TLSv1.3");
        } finally {
            server.stop(0);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aGreenletsServerRunsOnItsHub(Hub hub) throws Exception {
        HttpServer server = HttpServer.create(LOOPBACK, 0);
        server.createContext("/", exchange -> respond(exchange, 200, Hub.current() == hub ? "here" : "elsewhere"));
        server.start();
        try {
            String body = hub.threadPool().apply(() -> get(server, "/").body());
            assertThat(body).isEqualTo("here");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aServerThatIsStoppedBeforeItsStartLeavesNothingOpen() throws Exception {
        HttpServer server = HttpServer.create(LOOPBACK, 0);
        InetSocketAddress address = server.getAddress();
        server.stop(0);
        HttpServer again = HttpServer.create(address, 0);
        again.stop(0);
        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> server.stop(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
