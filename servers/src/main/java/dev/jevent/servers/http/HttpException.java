package dev.jevent.servers.http;

import java.io.IOException;

/**
 * Ends an exchange with a status: thrown by handlers, unless they have begun to respond, and by the streams of a request's body
 * for what the client did wrong. It isn't reported as an error.
 */
public final class HttpException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;

    /**
     * @param status from 400 to 599
     * @param message sent to the client
     */
    public HttpException(int status, String message) {
        super(message);
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " (expected: 400 to 599)");
        }
        this.status = status;
    }

    public HttpException(int status) {
        this(status, Status.reason(status));
    }

    public int status() {
        return status;
    }
}
