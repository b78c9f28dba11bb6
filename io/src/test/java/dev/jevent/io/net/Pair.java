package dev.jevent.io.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;

/** The two ends of one connection. */
public record Pair(TcpSocket client, TcpSocket server) implements AutoCloseable {
    private static final int SMALL = 4096;

    /** Of two sockets of the calling hub, without delay of small segments. */
    public static Pair open() throws IOException {
        return open(0);
    }

    /** With so small buffers that a write of some hundred kilobytes has to wait often. */
    public static Pair narrow() throws IOException {
        return open(SMALL);
    }

    private static Pair open(int buffers) throws IOException {
        try (TcpServerSocket listener = new TcpServerSocket()) {
            if (buffers > 0) {
                listener.setOption(StandardSocketOptions.SO_RCVBUF, buffers);
            }
            listener.bind(loopback());
            TcpSocket client = new TcpSocket();
            if (buffers > 0) {
                client.setOption(StandardSocketOptions.SO_SNDBUF, buffers).setOption(StandardSocketOptions.SO_RCVBUF, buffers);
            }
            client.connectTo(listener.getLocalAddress(), null);
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            TcpSocket server = listener.accept();
            server.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (buffers > 0) {
                server.setOption(StandardSocketOptions.SO_SNDBUF, buffers);
            }
            return new Pair(client, server);
        }
    }

    /** Any port of the loopback interface. */
    public static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
    }
}
