package dev.jevent.servers.http.jdk;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import com.sun.net.httpserver.spi.HttpServerProvider;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Makes the servers of {@code HttpServer.create} and {@code HttpsServer.create} when this module is on the class path: each connection is
 * a greenlet. A server that is started by a greenlet, or by a thread that has a hub, runs on that hub; any other on a hub of a
 * thread of its own, which keeps the JVM alive until {@code stop}.
 *
 * <p>The JDK's own is taken again with
 * {@code -Dcom.sun.net.httpserver.HttpServerProvider=sun.net.httpserver.DefaultHttpServerProvider}.
 */
public final class HubHttpServerProvider extends HttpServerProvider {
    /** For the JDK. */
    public HubHttpServerProvider() {}

    @Override
    public HttpServer createHttpServer(InetSocketAddress address, int backlog) throws IOException {
        PlainServer server = new PlainServer();
        if (address != null) {
            server.bind(address, backlog);
        }
        return server;
    }

    @Override
    public HttpsServer createHttpsServer(InetSocketAddress address, int backlog) throws IOException {
        SecureServer server = new SecureServer();
        if (address != null) {
            server.bind(address, backlog);
        }
        return server;
    }
}
