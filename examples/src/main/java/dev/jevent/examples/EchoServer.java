package dev.jevent.examples;

import static dev.jevent.Jevent.run;

import dev.jevent.io.signal.Signals;
import dev.jevent.servers.StreamServer;
import java.time.Duration;

/** Sends back what it gets: a greenlet for each connection, at most a hundred at once. SIGTERM lets them end. */
public final class EchoServer {
    private static final int CONNECTIONS = 100;
    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private EchoServer() {}

    public static void main(String[] args) throws Exception {
        run(() -> {
            var server = on(args.length > 0 ? args[0] : "127.0.0.1:6000");
            try (var _ = Signals.handle("TERM", server::stop)) {
                server.start();
                IO.println("echoing on " + StreamServer.text(server.address()));
                server.serveForever();
            }
        });
    }

    static StreamServer on(String address) {
        return StreamServer.on(address, connection -> {
            connection.timeout(IDLE);
            connection.inputStream().transferTo(connection.outputStream());
        }).limit(CONNECTIONS).stopTimeout(GRACE);
    }
}
