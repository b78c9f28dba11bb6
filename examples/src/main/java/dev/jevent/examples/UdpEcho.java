package dev.jevent.examples;

import static dev.jevent.Jevent.run;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.io.net.UdpSocket;
import dev.jevent.servers.DatagramServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Datagrams: a server that says how much it got, and a client that asks it. */
public final class UdpEcho {
    private static final int LARGEST = 65_507;
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private UdpEcho() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 0 || args.length > 2) {
            IO.println("arguments: a port to serve; or the port to ask, and what");
            return;
        }
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        run(() -> {
            if (args.length == 2) {
                IO.println(ask(address, args[1]));
            } else {
                server(address).serveForever();
            }
        });
    }

    static DatagramServer server(InetSocketAddress address) {
        return DatagramServer.on(address,
                datagram -> datagram.reply(UTF_8.encode("Received " + datagram.data().remaining() + " bytes")));
    }

    static String ask(InetSocketAddress server, String text) throws IOException {
        try (var socket = new UdpSocket().connect(server)) {
            socket.timeout(PATIENCE);
            socket.write(UTF_8.encode(text));
            var answer = ByteBuffer.allocate(LARGEST);
            socket.read(answer);
            return UTF_8.decode(answer.flip()).toString();
        }
    }
}
