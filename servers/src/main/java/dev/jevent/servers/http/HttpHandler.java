package dev.jevent.servers.http;

import dev.jevent.Hub;
import dev.jevent.contract.Switches;
import dev.jevent.servers.Connection;
import dev.jevent.servers.StreamServer;

/** Answers requests. It runs in the greenlet of the connection, and may wait. */
@FunctionalInterface
public interface HttpHandler extends StreamServer.Handler {
    /**
     * @param exchange over when this returns; what it hasn't read of the body is skipped
     * @throws Exception what it fails with is reported to the hub, and the client gets 500, or finds the connection cut if the
     *     response had begun; but {@link HttpException} is not reported, and gives its own status
     */
    @Switches
    void handle(HttpExchange exchange) throws Exception;

    /**
     * Serves all requests of one connection, with the limits of {@code new HttpLimits()}: for servers that speak HTTP on some of
     * their connections. An {@link HttpServer} shares between its connections what each of these has for itself.
     */
    // That this is a StreamServer.Handler makes HttpServer.on(8080, exchange -> …) unambiguous beside the inherited StreamServer.on.
    @Override
    @Switches
    default void handle(Connection connection) {
        new HttpEngine(Hub.current(), this, new HttpLimits(), null, null).serve(connection.stream());
    }
}
