package dev.jevent.servers;

import dev.jevent.Hub;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;

/** Several sockets at one port, of which the system chooses one for each connection, or sender of datagrams. */
final class SharedPorts {
    private SharedPorts() {}

    /** Whether the system does that: others know the option, and give all to the socket that came last. */
    static boolean areKnown() {
        return System.getProperty("os.name").equals("Linux");
    }

    static TcpServerSocket listen(InetSocketAddress at, int backlog) throws IOException {
        TcpServerSocket socket = new TcpServerSocket();
        try {
            socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            socket.listen(at, backlog);
            return socket;
        } catch (Throwable e) {
            socket.close();
            throw e;
        }
    }

    static UdpSocket receive(InetSocketAddress at) throws IOException {
        UdpSocket socket = new UdpSocket();
        try {
            return socket.setOption(StandardSocketOptions.SO_REUSEPORT, true).bind(at);
        } catch (Throwable e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Refuses a port where somebody listens already: with the option, another process of the same user would be no obstacle, and each
     * of them would get a part of the clients.
     */
    static void checkFree(Server server, SocketAddress at) throws IOException {
        var channels = Hub.current().loop().channels();
        try (NetworkChannel probe = server instanceof StreamServer ? channels.openServerSocketChannel() : channels.openDatagramChannel()) {
            probe.bind(at);
        }
    }
}
