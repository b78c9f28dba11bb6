package dev.jevent.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A client that holds many connections to an echo server, each of which has been served once and is idle then, and looks at the
 * server meanwhile: one thread, no jevent.
 *
 * <p>Arguments: port, process of the server, connections. Prints a line for each of: before, with all connections, after they are
 * closed. Ends with status 1 if one isn't served, or the server keeps descriptors.
 */
public final class IdleConnections {
    private static final int PROBES = 1000;

    private final InetSocketAddress server;
    private final Path process;
    private final ByteBuffer one = ByteBuffer.allocateDirect(1);

    private IdleConnections(int port, String process) {
        this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.process = Path.of("/proc", process);
    }

    public static void main(String[] args) throws Exception {
        System.exit(new IdleConnections(Integer.parseInt(args[0]), args[1]).run(Integer.parseInt(args[2])) ? 0 : 1);
    }

    private boolean run(int count) throws Exception {
        try (SocketChannel first = SocketChannel.open(server)) {
            exchange(first); // what the first one loads stays
        }
        long descriptors = awaitDescriptors(Long.MAX_VALUE);
        long resident = print("before", 0);
        List<SocketChannel> connections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SocketChannel connection = SocketChannel.open(server);
            exchange(connection);
            connections.add(connection);
        }
        long with = print("with " + count, descriptors);
        System.out.printf("%.1f kB resident for each connection%n", (with - resident) / (double) count);
        long start = System.nanoTime();
        for (int i = 0; i < PROBES; i++) {
            exchange(connections.get(i * (count / PROBES + 1) % count));
        }
        System.out.printf("%.0f µs for an exchange beside them%n", (System.nanoTime() - start) / 1e3 / PROBES);
        for (SocketChannel connection : connections) {
            connection.close();
        }
        long left = awaitDescriptors(descriptors);
        print("after", descriptors);
        return left <= descriptors;
    }

    private void exchange(SocketChannel connection) throws IOException {
        connection.write(one.clear());
        if (connection.read(one.clear()) != 1) {
            throw new IOException("not served: " + connection);
        }
    }

    /** Gives the server ten seconds to come down to {@code expected}. */
    private long awaitDescriptors(long expected) throws IOException, InterruptedException {
        long now = descriptors();
        for (int i = 0; i < 100 && (now > expected || expected == Long.MAX_VALUE && i < 5); i++) {
            Thread.sleep(100);
            now = descriptors();
        }
        return now;
    }

    private long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(process.resolve("fd"))) {
            return all.count();
        }
    }

    /** @return kB that are resident */
    private long print(String when, long before) throws IOException {
        String line = Files.readAllLines(process.resolve("status")).stream().filter(it -> it.startsWith("VmRSS:")).findFirst().orElseThrow();
        long resident = Long.parseLong(line.replaceAll("\\D", ""));
        System.out.printf("%-12s %,d kB resident, %d descriptors%s%n", when, resident, descriptors(),
                before == 0 ? "" : " (before: " + before + ")");
        return resident;
    }
}
