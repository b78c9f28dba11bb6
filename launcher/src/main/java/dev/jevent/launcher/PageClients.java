package dev.jevent.launcher;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.sync.Event;
import dev.jevent.sync.Semaphore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Fetches {@link Pages} over many connections at once, a greenlet for each: all connect, then all fetch one page after
 * the other, comparing every byte. Everything here runs on one hub, so plain fields count.
 */
final class PageClients {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** As many connects at once as every listen queue takes. */
    private static final int CONNECTING = 100;

    private final Hub hub;
    private final SocketAddress server;
    private final int connections;
    private final int requests;
    private final Semaphore connecting = new Semaphore(CONNECTING);
    private final Event allTried = new Event();
    private final Errors errors = new Errors();
    private final Samples connects;
    private final Samples fetches;
    private int tried;
    private int open;
    private int mostOpen;
    private long bytes;
    private long fetchingSince;
    private long fetchingNanos;

    PageClients(Hub hub, SocketAddress server, int connections, int requests) {
        this.hub = hub;
        this.server = server;
        this.connections = connections;
        this.requests = requests;
        this.connects = new Samples(connections);
        this.fetches = new Samples(Math.multiplyExact(connections, requests));
    }

    /** Runs them all to their end, telling {@code progress} how many pages have come. */
    void run(Progress progress) {
        List<Greenlet<?>> clients = new ArrayList<>(connections);
        for (int i = 0; i < connections; i++) {
            int number = i;
            clients.add(hub.spawn(() -> client(number)));
        }
        Greenlet<Void> watch = hub.spawn(() -> watch(progress, clients));
        hub.joinAll(clients);
        fetchingNanos = System.nanoTime() - fetchingSince;
        watch.kill();
        progress.done(fetches.count());
    }

    private void client(int number) {
        try (Socket socket = new Socket()) {
            connect(socket);
            allTried.await();
            fetchAll(socket, number);
        } catch (IOException e) {
            errors.add("connection " + number, e);
        }
    }

    private void connect(Socket socket) throws IOException {
        connecting.acquire();
        try {
            long start = System.nanoTime();
            socket.connect(server, (int) PATIENCE.toMillis());
            connects.add(System.nanoTime() - start);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) PATIENCE.toMillis());
            mostOpen = Math.max(mostOpen, ++open);
        } finally {
            connecting.release();
            if (++tried == connections) {
                fetchingSince = System.nanoTime();
                allTried.set();
            }
        }
    }

    private void fetchAll(Socket socket, int number) throws IOException {
        try {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            for (int i = 0; i < requests; i++) {
                boolean last = i == requests - 1;
                String path = Pages.path(number, i);
                long start = System.nanoTime();
                out.write(Pages.request(path, last));
                byte[] expected = Pages.response(path, last);
                byte[] actual = in.readNBytes(expected.length);
                fetches.add(System.nanoTime() - start);
                bytes += actual.length;
                compare(path, expected, actual);
            }
            if (requests > 0 && in.read() >= 0) {
                throw new IOException("bytes after the last page");
            }
        } finally {
            open--;
        }
    }

    private static void compare(String path, byte[] expected, byte[] actual) throws IOException {
        int difference = Arrays.mismatch(expected, actual);
        if (difference >= 0) {
            throw new IOException("page " + path + ": " + actual.length + " bytes, wrong from byte " + difference
                    + " on (expected: " + expected.length + " bytes)");
        }
    }

    /** Reports the progress, and ends clients that make none: socket timeouts should have done that long before. */
    private void watch(Progress progress, List<Greenlet<?>> clients) {
        long before = -1;
        long since = System.nanoTime();
        while (true) {
            progress.at(fetches.count());
            hub.sleep(Duration.ofMillis(100));
            long now = connects.count() + fetches.count();
            if (now != before) {
                before = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > PATIENCE.multipliedBy(2).toNanos()) {
                errors.add("nothing happened for " + PATIENCE.multipliedBy(2).toSeconds() + " s; gave up");
                hub.killAll(clients);
                return;
            }
        }
    }

    /**
     * What they did.
     *
     * @param fetchingNanos from the moment when all were connected
     */
    record Report(
            int mostOpen, Samples connects, Samples fetches, long bytes, long fetchingNanos, Errors errors) {}

    Report report() {
        return new Report(mostOpen, connects, fetches, bytes, fetchingNanos, errors);
    }
}
