package dev.jevent.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A client for {@link UnmodifiedServer}: so many kept connections, each with one request under way at any time. On one thread, with
 * a selector, so that it costs less than any server.
 *
 * <p>Arguments: port, process of the server, connections, requests of warm-up, seconds. Prints requests per second and microseconds
 * of the server's processor time per request.
 */
public final class HttpLoad {
    private static final byte[] REQUEST = "GET /hello HTTP/1.1\r\nHost: localhost\r\nUser-Agent: load\r\n\r\n".getBytes();
    private static final String END = "hello\n";

    /** Clock ticks of {@code /proc/PID/stat} in a second: so on every Linux that the JDK runs on. */
    private static final int TICKS = 100;

    private final Selector selector = Selector.open();
    private long requests;
    private final ByteBuffer request = ByteBuffer.allocateDirect(REQUEST.length).put(REQUEST);
    private final ByteBuffer response = ByteBuffer.allocateDirect(64 * 1024);

    private HttpLoad() throws IOException {}

    public static void main(String[] args) throws IOException {
        HttpLoad load = new HttpLoad();
        int port = Integer.parseInt(args[0]);
        Path stat = Path.of("/proc", args[1], "stat");
        List<SocketChannel> connections = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[2]); i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.socket().setTcpNoDelay(true);
            channel.configureBlocking(false);
            channel.register(load.selector, SelectionKey.OP_READ);
            connections.add(channel);
        }
        for (SocketChannel channel : connections) {
            load.ask(channel);
        }
        load.run(Long.parseLong(args[3]), Double.MAX_VALUE);
        long ticks = ticks(stat);
        long start = System.nanoTime();
        load.requests = 0;
        load.run(Long.MAX_VALUE, Double.parseDouble(args[4]));
        double seconds = (System.nanoTime() - start) / 1e9;
        double used = (ticks(stat) - ticks) / (double) TICKS;
        System.out.printf("%.0f %.3f%n", load.requests / seconds, used * 1e6 / load.requests);
        for (SocketChannel channel : connections) {
            channel.close();
        }
    }

    private void ask(SocketChannel channel) throws IOException {
        request.clear();
        if (channel.write(request) != REQUEST.length) {
            throw new IOException("a request was cut");
        }
    }

    private void run(long most, double seconds) throws IOException {
        for (long start = System.nanoTime(); requests < most && System.nanoTime() - start < seconds * 1e9; ) {
            selector.select(key -> {
                try {
                    answered((SocketChannel) key.channel());
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }, 1000);
        }
    }

    private void answered(SocketChannel channel) throws IOException {
        response.clear();
        int count = channel.read(response);
        if (count < END.length() || response.get(count - 1) != '\n') {
            throw new IOException("a response was cut: " + count + " bytes");
        }
        requests++;
        ask(channel);
    }

    private static long ticks(Path stat) throws IOException {
        String line = Files.readString(stat);
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
