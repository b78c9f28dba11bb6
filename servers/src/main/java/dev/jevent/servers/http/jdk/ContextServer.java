package dev.jevent.servers.http.jdk;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.servers.http.HttpException;
import dev.jevent.servers.http.HttpExchange;
import dev.jevent.servers.http.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.net.ssl.SSLParameters;

/**
 * A server in the terms of {@code com.sun.net.httpserver}: contexts, each with a handler, filters and an authenticator.
 *
 * <pre>
 *   NEW ── bind() ──▶ BOUND ── start() ──▶ STARTED ── stop() ──▶ STOPPED
 *    └──────────────────┴── stop() ─────────────────────────────────▲
 * </pre>
 */
final class ContextServer {
    private static final int DEFAULT_BACKLOG = 50;

    private enum State { NEW, BOUND, STARTED, STOPPED }

    private final com.sun.net.httpserver.HttpServer door;
    private final Supplier<HttpsConfigurator> configurator; // null: without TLS
    private final List<Context> contexts = new CopyOnWriteArrayList<>();
    private volatile State state = State.NEW;
    private volatile InetSocketAddress address;
    private ServerSocketChannel channel;
    private volatile HttpServer server;
    private volatile Executor executor; // null: handlers run in their connections' greenlets

    ContextServer(com.sun.net.httpserver.HttpServer door, Supplier<HttpsConfigurator> configurator) {
        this.door = door;
        this.configurator = configurator;
    }

    // ---- life ----

    void bind(InetSocketAddress at, int backlog) throws IOException {
        if (state != State.NEW) {
            throw new BindException("the server is bound already, or was stopped");
        }
        ServerSocketChannel opened = ServerSocketChannel.open();
        boolean bound = false;
        try {
            opened.bind(at, backlog > 0 ? backlog : DEFAULT_BACKLOG);
            address = (InetSocketAddress) opened.getLocalAddress();
            bound = true;
        } finally {
            if (!bound) {
                opened.close();
            }
        }
        channel = opened;
        state = State.BOUND;
    }

    InetSocketAddress address() {
        return address;
    }

    void start() {
        if (state != State.BOUND) {
            throw new IllegalStateException("start: the server is " + state + " (expected: BOUND)");
        }
        if (Hub.ifExists() != null) {
            startHere();
            return;
        }
        CompletableFuture<Void> started = new CompletableFuture<>();
        Thread.ofPlatform().name("jevent-http-" + address.getPort()).start(() -> run(started));
        try {
            started.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }

    /** A thread with a hub of its own, until the server is stopped. */
    private void run(CompletableFuture<Void> started) {
        try (Hub _ = Hub.current()) {
            Jevent.run(() -> {
                startHere();
                started.complete(null);
                server.serveForever();
            });
        } catch (Throwable e) {
            if (!started.completeExceptionally(e)) {
                throw e instanceof IOException io ? new UncheckedIOException(io) : new IllegalStateException(e);
            }
        }
    }

    private void startHere() {
        try {
            HttpServer made = HttpServer.on(new TcpServerSocket(channel), this::handle);
            if (configurator != null) {
                HttpsConfigurator chosen = configurator.get();
                if (chosen == null) {
                    throw new IllegalStateException("start: no HttpsConfigurator was set");
                }
                made.tls(chosen.getSSLContext(), parameters(chosen));
            }
            made.start();
            server = made;
            state = State.STARTED;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the configurator wants: asked once, for all clients. */
    @SuppressWarnings("deprecation") // those that the JDK still lets a configurator set one by one
    private SSLParameters parameters(HttpsConfigurator chosen) {
        SSLParameters[] given = new SSLParameters[1];
        HttpsParameters parameters = new HttpsParameters() {
            @Override
            public HttpsConfigurator getHttpsConfigurator() {
                return chosen;
            }

            @Override
            public InetSocketAddress getClientAddress() {
                return null; // no one in particular
            }

            @Override
            public void setSSLParameters(SSLParameters all) {
                given[0] = all;
            }
        };
        chosen.configure(parameters);
        if (given[0] != null) {
            return given[0];
        }
        SSLParameters own = new SSLParameters(parameters.getCipherSuites(), parameters.getProtocols());
        if (parameters.getNeedClientAuth()) {
            own.setNeedClientAuth(true);
        } else {
            own.setWantClientAuth(parameters.getWantClientAuth());
        }
        return own;
    }

    void stop(int seconds) {
        if (seconds < 0) {
            throw new IllegalArgumentException("delay: " + seconds + " (expected: >= 0)");
        }
        HttpServer running = server;
        state = State.STOPPED;
        if (running != null) {
            running.stop(Duration.ofSeconds(seconds));
        } else if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    void executor(Executor executor) {
        if (state == State.STARTED || state == State.STOPPED) {
            throw new IllegalStateException("setExecutor: the server is " + state + " (expected: not started)");
        }
        this.executor = executor;
    }

    Executor executor() {
        return executor;
    }

    // ---- contexts ----

    HttpContext createContext(String path, HttpHandler handler) {
        Objects.requireNonNull(path, "path");
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path: " + path + " (expected: one that begins with /)");
        }
        Context context = new Context(door, path, handler);
        if (find(path, true) != null) {
            throw new IllegalArgumentException("path: " + path + " (expected: one that has no context yet)");
        }
        contexts.add(context);
        return context;
    }

    void removeContext(String path) {
        Context context = find(Objects.requireNonNull(path, "path"), true);
        if (context == null) {
            throw new IllegalArgumentException("path: " + path + " (expected: that of a context)");
        }
        contexts.remove(context);
    }

    void removeContext(HttpContext context) {
        if (!(context instanceof Context ours) || !contexts.remove(ours)) {
            throw new IllegalArgumentException("context: " + context + " (expected: one of this server)");
        }
    }

    /** The one with the longest path that {@code path} begins with, or, if {@code exactly}, is. */
    private Context find(String path, boolean exactly) {
        Context found = null;
        for (Context context : contexts) {
            String its = context.getPath();
            boolean matches = exactly ? path.equals(its) : path.startsWith(its);
            if (matches && (found == null || its.length() > found.getPath().length())) {
                found = context;
            }
        }
        return found;
    }

    // ---- exchanges ----

    private void handle(HttpExchange exchange) throws Exception {
        URI uri;
        try {
            uri = new URI(exchange.target());
        } catch (URISyntaxException e) {
            throw new HttpException(400, "the request target is no URI");
        }
        String path = uri.getPath();
        Context context = path == null ? null : find(path, false);
        if (context == null || context.getHandler() == null) {
            exchange.header("Content-Type", "text/html; charset=utf-8").respond(404, "<h1>404 Not Found</h1>No context found for request");
            return;
        }
        Conversation conversation = new Conversation(exchange, context, uri);
        com.sun.net.httpserver.HttpExchange shown =
                exchange.isSecure() ? new SecureExchange(conversation, exchange.tlsSession()) : new PlainExchange(conversation);
        conversation.serve(executor, () -> context.chain(conversation).doFilter(shown));
    }
}
