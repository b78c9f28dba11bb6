package dev.jevent.examples;

import static dev.jevent.Jevent.run;

import dev.jevent.sync.Pool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;

/**
 * What {@link EchoServer} does, with plain {@code java.net} sockets.
 *
 * <p>At most a hundred connections at once; those beyond wait in the listener's backlog, because who accepts waits for a
 * place in the pool. On the loopback address, since anybody who can reach it may use it.
 */
public final class PlainEchoServer {
    private static final int CONNECTIONS = 100;
    private static final Duration IDLE = Duration.ofMinutes(1);

    private PlainEchoServer() {}

    public static void main(String[] args) throws Exception {
        run(() -> {
            int port = args.length > 0 ? Integer.parseInt(args[0]) : 6000;
            try (var listener = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
                IO.println("echoing on " + listener.getLocalSocketAddress());
                serve(listener, CONNECTIONS);
            }
        });
    }

    /**
     * Until the listener is closed; the connections that are there may then go on to their end. A kill ends them as well:
     * closing the pool passes it on.
     */
    static void serve(ServerSocket listener, int atOnce) throws IOException {
        try (var connections = new Pool(atOnce)) {
            while (true) {
                connections.awaitAvailable();
                Socket socket = listener.accept();
                connections.spawn(() -> echo(socket)).rawLink(_ -> close(socket)); // also if it is killed before it begins
            }
        }
    }

    private static void echo(Socket socket) throws IOException {
        socket.setSoTimeout(Math.toIntExact(IDLE.toMillis())); // a timer of the hub's loop, as all timed waits
        socket.getInputStream().transferTo(socket.getOutputStream());
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
