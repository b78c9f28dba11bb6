package dev.jevent.io.net;

import dev.jevent.Hub;
import dev.jevent.Jevent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** A program without IPv6 that connects to a host with addresses of both families. */
final class OnlyIpv4 {
    private OnlyIpv4() {}

    public static void main(String[] args) throws Exception {
        Jevent.run(() -> {
            Hub.current().resolver(new ConnectorTest.Fixed(List.of("::1", "127.0.0.1")));
            try (TcpServerSocket server = TcpServerSocket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 4);
                    TcpSocket socket = TcpSocket.connect("both.example", server.port())) {
                IO.println("connected to " + socket.remoteAddress().getAddress().getHostAddress());
            }
        });
        Hub.current().close();
    }
}
