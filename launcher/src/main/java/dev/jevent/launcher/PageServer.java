package dev.jevent.launcher;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Settings;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;

/**
 * Serves {@link Pages} on a hub and thread of its own, a greenlet per connection. Nothing here but {@code java.net}
 * sockets, as one would write it for a thread per connection.
 */
final class PageServer {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ServerSocket listener;
    private final Thread thread;
    private final Errors errors = new Errors();

    // Of the server's thread; others look after its end.
    private int connections;
    private long requests;
    private int open;
    private int mostOpen;
    private long greenlets;
    private String hubName = "not started";

    PageServer(Settings settings, int backlog) throws IOException {
        listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), backlog);
        thread = new Thread(() -> run(settings), "jevent-demo-server");
        thread.setDaemon(true); // a server that hangs is reported as an error, and shall not hang the JVM
    }

    SocketAddress address() {
        return listener.getLocalSocketAddress();
    }

    void start() {
        thread.start();
    }

    private void run(Settings settings) {
        try (Hub hub = Hubs.open(settings)) {
            hubName = hub.toString();
            hub.errorHandler((context, error) -> errors.add(context.toString(), error));
            Hubs.run(hub, () -> {
                accept(hub);
                return null;
            });
            greenlets = hub.statistics().spawned();
        } catch (Exception e) {
            errors.add("server", e);
        }
    }

    private void accept(Hub hub) throws IOException {
        while (true) {
            Socket socket;
            try {
                socket = listener.accept();
            } catch (SocketException e) {
                if (listener.isClosed()) {
                    break;
                }
                throw e;
            }
            hub.spawn(() -> serve(socket));
        }
        List<Greenlet<?>> rest = hub.greenlets().stream().filter(it -> it != Greenlet.current()).toList();
        hub.joinAll(rest, PATIENCE);
    }

    private void serve(Socket socket) {
        connections++;
        mostOpen = Math.max(mostOpen, ++open);
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) PATIENCE.toMillis());
            InputStream in = new BufferedInputStream(socket.getInputStream(), 256);
            OutputStream out = socket.getOutputStream();
            for (Pages.Request request; (request = Pages.read(in)) != null; ) {
                out.write(Pages.response(request.path(), request.last()));
                requests++;
                if (request.last()) {
                    break;
                }
            }
        } catch (IOException e) {
            errors.add("server", e);
        } finally {
            open--;
        }
    }

    /** Stops accepting, lets connections end, and waits for the thread. */
    void stop() throws IOException, InterruptedException {
        listener.close();
        if (thread.getState() != Thread.State.NEW && !thread.join(PATIENCE.plusSeconds(10))) {
            errors.add("server", new IllegalStateException("its thread did not end"));
        }
    }

    /** What it did; after {@link #stop}. */
    record Report(String hub, String thread, int connections, int mostOpen, long requests, long greenlets, Errors errors) {}

    Report report() {
        return new Report(hubName, thread.getName(), connections, mostOpen, requests, greenlets, errors);
    }
}
