package dev.jevent.examples;

import static dev.jevent.Jevent.run;

import dev.jevent.sync.Group;
import dev.jevent.sync.Pool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutionException;

/** Passes connections on to another address: two greenlets for each, one for each direction. */
public final class PortForwarder {
    private static final int CONNECTIONS = 100;
    private static final int CONNECT_MILLISECONDS = 5_000;

    private PortForwarder() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            IO.println("arguments: the port to listen on, and host and port to pass connections to");
            return;
        }
        run(() -> {
            try (var listener = new ServerSocket(Integer.parseInt(args[0]), 50, InetAddress.getLoopbackAddress())) {
                forward(listener, new InetSocketAddress(args[1], Integer.parseInt(args[2])));
            }
        });
    }

    /**
     * Until the listener is closed; the connections that are there may then go on to their end. A kill ends them as well:
     * closing the pool passes it on.
     */
    static void forward(ServerSocket listener, InetSocketAddress to) throws IOException {
        try (var connections = new Pool(CONNECTIONS)) {
            while (true) {
                connections.awaitAvailable();
                Socket client = listener.accept();
                connections.spawn(() -> pass(client, to)).rawLink(_ -> close(client)); // also if killed before it begins
            }
        }
    }

    private static void pass(Socket client, InetSocketAddress to) throws IOException, ExecutionException {
        try (var server = new Socket()) {
            server.connect(to, CONNECT_MILLISECONDS);
            // The scope ends when both directions have; if one fails, it ends the other.
            Group.runScoped(directions -> {
                directions.spawn(() -> pump(client, server));
                directions.spawn(() -> pump(server, client));
            });
        }
    }

    /** Passes on the end of the stream, too: the other direction may go on. */
    private static void pump(Socket from, Socket to) throws IOException {
        from.getInputStream().transferTo(to.getOutputStream());
        to.shutdownOutput();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
