package dev.jevent.servers.http.jdk;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A path and what is below it, with its handler. */
final class Context extends HttpContext {
    private final HttpServer server;
    private final String path;
    private final Map<String, Object> attributes = new ConcurrentHashMap<>();
    private final List<Filter> filters = new CopyOnWriteArrayList<>();
    private volatile HttpHandler handler; // null: not set yet
    private volatile Authenticator authenticator; // null: none

    Context(HttpServer server, String path, HttpHandler handler) {
        this.server = server;
        this.path = path;
        this.handler = handler;
    }

    /** The authenticator, the filters, then the handler. */
    Filter.Chain chain(Conversation conversation) {
        List<Filter> all = new ArrayList<>(filters);
        Authenticator first = authenticator;
        if (first != null) {
            all.addFirst(new Authentication(first, conversation));
        }
        return new Filter.Chain(all, handler);
    }

    private static final class Authentication extends Filter {
        private final Authenticator authenticator;
        private final Conversation conversation;

        Authentication(Authenticator authenticator, Conversation conversation) {
            this.authenticator = authenticator;
            this.conversation = conversation;
        }

        @Override
        public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
            switch (authenticator.authenticate(exchange)) {
                case Authenticator.Success success -> {
                    conversation.principal(success.getPrincipal());
                    chain.doFilter(exchange);
                }
                case Authenticator.Retry retry -> refuse(exchange, retry.getResponseCode());
                case Authenticator.Failure failure -> refuse(exchange, failure.getResponseCode());
                default -> throw new IllegalStateException("the result of " + authenticator + " is of no known kind");
            }
        }

        private static void refuse(HttpExchange exchange, int status) throws IOException {
            exchange.getRequestBody().transferTo(java.io.OutputStream.nullOutputStream());
            exchange.sendResponseHeaders(status, -1);
        }

        @Override
        public String description() {
            return "Authentication";
        }
    }

    @Override
    public HttpHandler getHandler() {
        return handler;
    }

    @Override
    public void setHandler(HttpHandler handler) {
        if (this.handler != null) {
            throw new IllegalArgumentException("handler: " + this.handler + " is set already");
        }
        this.handler = Objects.requireNonNull(handler, "handler");
    }

    @Override
    public String getPath() {
        return path;
    }

    @Override
    public HttpServer getServer() {
        return server;
    }

    @Override
    public Map<String, Object> getAttributes() {
        return attributes;
    }

    @Override
    public List<Filter> getFilters() {
        return filters;
    }

    @Override
    public Authenticator setAuthenticator(Authenticator authenticator) {
        Authenticator before = this.authenticator;
        this.authenticator = authenticator;
        return before;
    }

    @Override
    public Authenticator getAuthenticator() {
        return authenticator;
    }
}
