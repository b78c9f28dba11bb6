package dev.jevent.servers.http.websocket;

import dev.jevent.contract.Switches;

/** Serves one WebSocket. It runs in the greenlet of the connection, and may wait. */
@FunctionalInterface
public interface WebSocketHandler {
    /**
     * @param socket closed with 1000 when this returns
     * @throws Exception what it fails with is reported to the hub, and the socket closed with 1011; but that the socket is closed
     *     ({@link WebSocketClosedException}) is no failure
     */
    @Switches
    void handle(WebSocket socket) throws Exception;
}
