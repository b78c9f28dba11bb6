package dev.jevent.examples;

import static dev.jevent.Jevent.run;

import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.sync.Group;
import dev.jevent.sync.Pool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

/** Passes connections on to another address: two greenlets for each, one for each direction. */
public final class PortForwarder {
    private static final int CONNECTIONS = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private PortForwarder() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            IO.println("arguments: the port to listen on, and host and port to pass connections to");
            return;
        }
        run(() -> {
            var local = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
            try (var listener = TcpServerSocket.bind(local, 50)) {
                forward(listener, new InetSocketAddress(args[1], Integer.parseInt(args[2])));
            }
        });
    }

    /**
     * Until the listener is closed; the connections that are there may then go on to their end. A kill ends them as well:
     * closing the pool passes it on.
     */
    static void forward(TcpServerSocket listener, InetSocketAddress to) throws IOException {
        try (var connections = new Pool(CONNECTIONS)) {
            while (true) {
                connections.awaitAvailable();
                TcpSocket client = listener.accept();
                connections.spawn(() -> pass(client, to)).rawLink(_ -> close(client)); // also if killed before it begins
            }
        }
    }

    private static void pass(TcpSocket client, InetSocketAddress to) throws IOException, ExecutionException {
        try (var server = TcpSocket.connect(to, PATIENCE)) {
            // The scope ends when both directions have; if one fails, it ends the other.
            Group.runScoped(directions -> {
                directions.spawn(() -> pump(client, server));
                directions.spawn(() -> pump(server, client));
            });
        }
    }

    /** Passes on the end of the stream, too: the other direction may go on. */
    private static void pump(TcpSocket from, TcpSocket to) throws IOException {
        from.inputStream().transferTo(to.outputStream());
        to.shutdownOutput();
    }

    private static void close(TcpSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
