package dev.jevent.servers.http.websocket;

import java.io.IOException;

/** A {@link WebSocket} on which something was to be sent is closed, or its client gone. */
public final class WebSocketClosedException extends IOException {
    private static final long serialVersionUID = 1;

    private final int code;

    WebSocketClosedException(int code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** As {@link WebSocket#closeCode()}. */
    public int code() {
        return code;
    }
}
