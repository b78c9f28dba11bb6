package dev.jevent.guice;

import com.google.inject.Key;
import com.google.inject.Provider;
import dev.jevent.servers.http.HttpHandler;
import dev.jevent.servers.http.HttpServer;
import java.net.SocketAddress;

/** An HTTP server. */
public final class HttpModule extends ServerModule<HttpServer, HttpModule> {
    private final Key<? extends HttpHandler> handlerKey;
    private Provider<? extends HttpHandler> handlers;

    /** On all addresses. @param port 0: any that is free */
    public HttpModule(int port, Class<? extends HttpHandler> handler) {
        this((Object) port, handler);
    }

    public HttpModule(SocketAddress address, Class<? extends HttpHandler> handler) {
        this((Object) address, handler);
    }

    /** @param where bound to a port as an {@code Integer}, to an address as a {@code String}, or to a {@code SocketAddress} */
    public HttpModule(Key<?> where, Class<? extends HttpHandler> handler) {
        this((Object) where, handler);
    }

    private HttpModule(Object where, Class<? extends HttpHandler> handler) {
        super(HttpServer.class, where);
        this.handlerKey = Key.get(handler);
    }

    @Override
    void bindHandler() {
        handlers = getProvider(handlerKey);
    }

    @Override
    HttpServer newServer(SocketAddress address) {
        return HttpServer.on(address, handlers.get());
    }
}
