package dev.jevent.servers.http.websocket;

import java.io.IOException;

/** The client has done what it must not. Without a trace: where it was found says nothing. */
final class Violation extends IOException {
    private static final long serialVersionUID = 1;

    final int code;

    /** @param code to close with */
    Violation(int code, String message) {
        super(message);
        this.code = code;
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
