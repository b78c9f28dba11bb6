package dev.jevent.io.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;

/** Sockets in messages: {@code <TcpSocket /127.0.0.1:4000 -> /127.0.0.1:80>}. */
final class SocketNames {
    private SocketNames() {}

    /** The socket of {@code channel} for messages, without a reference to it. */
    record Named(String type, NetworkChannel channel) {
        @Override
        public String toString() {
            return of(type, channel, !channel.isOpen());
        }
    }

    static String of(String type, NetworkChannel channel, boolean closed) {
        StringBuilder text = new StringBuilder("<").append(type);
        try {
            SocketAddress local = channel.getLocalAddress();
            SocketAddress remote = channel instanceof SocketChannel socket ? socket.getRemoteAddress() : null;
            if (local != null) {
                text.append(' ').append(local);
            }
            if (remote != null) {
                text.append(" -> ").append(remote);
            }
        } catch (IOException e) {
            // Closed: it has no addresses any more.
        }
        return text.append(closed ? " closed>" : ">").toString();
    }
}
