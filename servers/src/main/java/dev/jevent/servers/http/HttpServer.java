package dev.jevent.servers.http;

import dev.jevent.Hub;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.Switches;
import dev.jevent.io.net.ServerStreamSocket;
import dev.jevent.servers.Connection;
import dev.jevent.servers.Server;
import dev.jevent.servers.StreamServer;
import dev.jevent.sync.Pool;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * HTTP/1.1, and 1.0 for those who speak that, with a greenlet per connection.
 *
 * <pre>{@code
 * HttpServer.on(8080, exchange -> exchange.respond(200, "hello\n")).serveForever();
 * }</pre>
 *
 * <p>It follows RFC 9110 and 9112 strictly: a request that two recipients might read in two ways is refused, and its connection
 * closed. {@link HttpLimits} are on from the start. Configuration comes before {@link #start()}.
 *
 * <p><b>Stopping.</b> Connections that wait for a request are closed at once; each of the others when its response is out.
 */
public final class HttpServer extends StreamServer {
    private final HttpHandler handler;
    private HttpLimits limits = new HttpLimits();
    private ErrorPage errorPage;
    private AccessLog accessLog;
    private HttpEngine engine; // null: nobody has come yet since the start

    private HttpServer(SocketAddress address, HttpHandler handler) {
        super(address);
        this.handler = Objects.requireNonNull(handler, "handler");
    }

    private HttpServer(ServerStreamSocket<?> listener, HttpHandler handler) {
        super(listener);
        this.handler = Objects.requireNonNull(handler, "handler");
    }

    /** On all addresses. @param port 0: any that is free, as {@link #port()} tells after the start */
    public static HttpServer on(int port, HttpHandler handler) {
        return new HttpServer(new InetSocketAddress(port), handler);
    }

    /** @param address as for {@link Server#address} */
    public static HttpServer on(String address, HttpHandler handler) {
        return new HttpServer(Server.address(address), handler);
    }

    public static HttpServer on(SocketAddress address, HttpHandler handler) {
        return new HttpServer(address, handler);
    }

    /** On an open socket, which belongs to the server from now on. */
    public static HttpServer on(ServerStreamSocket<?> listener, HttpHandler handler) {
        return new HttpServer(listener, handler);
    }

    // ---- configuration ----

    /** What clients may ask of it. */
    @AnyThread
    public HttpLimits limits() {
        return limits;
    }

    public HttpServer limits(HttpLimits limits) {
        this.limits = Objects.requireNonNull(limits, "limits");
        return this;
    }

    /** The page for a status from 400 on that no handler has responded with. Null, as at the start: a line of text. */
    public HttpServer errorPage(ErrorPage page) {
        errorPage = page;
        return this;
    }

    /** Who is told of each response. Null, as at the start: nobody. */
    public HttpServer accessLog(AccessLog log) {
        accessLog = log;
        return this;
    }

    @Override
    public HttpServer tls(SSLContext context) {
        super.tls(context);
        return this;
    }

    @Override
    public HttpServer tls(SSLContext context, SSLParameters parameters) {
        super.tls(context, parameters);
        return this;
    }

    @Override
    public HttpServer handshakeTimeout(Duration timeout) {
        super.handshakeTimeout(timeout);
        return this;
    }

    @Override
    public HttpServer backlog(int connections) {
        super.backlog(connections);
        return this;
    }

    /** How many connections there may be at once, idle ones included; further ones wait in the system's queue. No limit at the start. */
    @Override
    public HttpServer limit(int connections) {
        super.limit(connections);
        return this;
    }

    @Override
    public HttpServer pool(Pool pool) {
        super.pool(pool);
        return this;
    }

    @Override
    public HttpServer maxAccept(int count) {
        super.maxAccept(count);
        return this;
    }

    @Override
    public HttpServer backOff(Duration least, Duration most) {
        super.backOff(least, most);
        return this;
    }

    @Override
    public HttpServer stopTimeout(Duration grace) {
        super.stopTimeout(grace);
        return this;
    }

    // ---- serving ----

    @Override
    @Switches
    protected void handle(Connection connection) {
        HttpEngine current = engine;
        if (current == null || current.desk().hub != Hub.current()) {
            current = new HttpEngine(Hub.current(), handler, limits, errorPage, accessLog);
            engine = current;
        }
        current.serve(connection.stream());
    }

    @Override
    protected void stopping() {
        HttpEngine current = engine;
        engine = null;
        if (current != null) {
            current.desk().closeIdle();
        }
    }
}
