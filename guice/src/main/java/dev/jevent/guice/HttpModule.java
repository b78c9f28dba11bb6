package dev.jevent.guice;

import com.google.inject.Key;
import dev.jevent.servers.http.HttpHandler;
import dev.jevent.servers.http.HttpServer;
import java.net.SocketAddress;

/** An HTTP server. */
public final class HttpModule extends ServerModule<HttpServer, HttpHandler, HttpModule> {
    /** On all addresses. @param port 0: any that is free */
    public HttpModule(int port, Class<? extends HttpHandler> handler) {
        super(HttpServer.class, port, handler);
    }

    public HttpModule(SocketAddress address, Class<? extends HttpHandler> handler) {
        super(HttpServer.class, address, handler);
    }

    /** @param where bound to a port as an {@code Integer}, to an address as a {@code String}, or to a {@code SocketAddress} */
    public HttpModule(Key<?> where, Class<? extends HttpHandler> handler) {
        super(HttpServer.class, where, handler);
    }

    @Override
    HttpServer newServer(SocketAddress address, HttpHandler handler) {
        return HttpServer.on(address, handler);
    }
}
