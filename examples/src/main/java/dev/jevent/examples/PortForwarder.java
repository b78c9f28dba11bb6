package dev.jevent.examples;

import static dev.jevent.Jevent.run;

import dev.jevent.io.ByteStream;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.io.signal.Signals;
import dev.jevent.servers.Connection;
import dev.jevent.servers.StreamServer;
import dev.jevent.sync.Group;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

/** Passes connections on to another address: two greenlets for each, one for each direction. SIGTERM lets them end. */
public final class PortForwarder {
    private static final int CONNECTIONS = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private PortForwarder() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            IO.println("arguments: the address to listen on, as 127.0.0.1:6002, and host and port to pass connections to");
            return;
        }
        run(() -> {
            var server = forward(args[0], InetSocketAddress.createUnresolved(args[1], Integer.parseInt(args[2])));
            try (var _ = Signals.handle("TERM", server::stop)) {
                server.start();
                IO.println("listening on " + StreamServer.text(server.address()));
                server.serveForever();
            }
        });
    }

    static StreamServer forward(String address, InetSocketAddress to) {
        return StreamServer.on(address, client -> pass(client, to)).limit(CONNECTIONS).stopTimeout(GRACE);
    }

    private static void pass(Connection client, InetSocketAddress to) throws IOException, ExecutionException {
        try (var server = TcpSocket.connect(to, PATIENCE)) {
            // The scope ends when both directions have; if one fails, it ends the other.
            Group.runScoped(directions -> {
                directions.spawn(() -> pump(client, server));
                directions.spawn(() -> pump(server, client));
            });
        }
    }

    /** Passes on the end of the stream, too: the other direction may go on. */
    private static void pump(ByteStream from, ByteStream to) throws IOException {
        from.inputStream().transferTo(to.outputStream());
        to.shutdownOutput();
    }
}
