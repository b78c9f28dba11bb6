package dev.jevent.io.net;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;

/** Errors of channels as {@code java.net} has them. */
final class JdkErrors {
    private JdkErrors() {}

    /** @param closed whether somebody has closed the socket, which explains everything */
    static SocketException of(IOException e, boolean closed) {
        if (closed || e instanceof ClosedChannelException) {
            return new SocketException("Socket closed");
        }
        return e instanceof SocketException same ? same : new SocketException(e.getMessage(), e);
    }
}
