package dev.jevent.io.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** A server that lets nobody in: as many connections wait to be accepted as may. More of them stay unanswered. */
final class FullServer implements AutoCloseable {
    private final TcpServerSocket server;
    private final List<TcpSocket> sockets = new ArrayList<>();

    FullServer() throws IOException {
        this(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
    }

    FullServer(InetSocketAddress at) throws IOException {
        server = TcpServerSocket.bind(at, 1);
        // Linux lets in one more than the backlog.
        sockets.add(TcpSocket.connect(server.getLocalAddress()));
        sockets.add(TcpSocket.connect(server.getLocalAddress()));
    }

    InetSocketAddress address() throws IOException {
        return server.getLocalAddress();
    }

    void acceptOne() throws IOException {
        TcpSocket accepted = server.tryAccept();
        if (accepted != null) {
            sockets.add(accepted);
        }
    }

    @Override
    public void close() throws IOException {
        for (TcpSocket socket : sockets) {
            socket.close();
        }
        server.close();
    }
}
