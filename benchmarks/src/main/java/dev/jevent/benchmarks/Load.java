package dev.jevent.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A client for servers of which each request and each answer has its length: so many kept connections, each with one request under way
 * at any time. On one thread, with a selector, so that it costs less than any server.
 *
 * <p>Before, {@value #VISITORS} others come one by one, ask once and go, as a server has seen many when it has run for a while. The code
 * that a connection begins with is compiled then; a thread or greenlet that began in the interpreter would take longer at each of its
 * waits until its end.
 *
 * <p>Arguments: what to ask ({@code http} for {@link UnmodifiedServer}, or the number of bytes for an echo), port, process of the
 * server, connections, seconds of warm-up, seconds. Prints requests per second and microseconds of the server's processor time per
 * request. With a seventh argument, the beginning of threads' names, also the share of that time, in percent, that these threads of the
 * server took.
 */
public final class Load {
    private static final byte[] HTTP = "GET /hello HTTP/1.1\r\nHost: localhost\r\nUser-Agent: load\r\n\r\n".getBytes();

    /** Clock ticks of {@code /proc/PID/stat} in a second: so on every Linux that the JDK runs on. */
    private static final int TICKS = 100;

    private static final int VISITORS = 2_000;

    private final Selector selector = Selector.open();
    private final ByteBuffer request;
    private final int answer;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
    private long requests;

    private Load(byte[] request, int answer) throws IOException {
        this.request = ByteBuffer.allocateDirect(request.length).put(request);
        this.answer = answer;
    }

    public static void main(String[] args) throws IOException {
        boolean http = args[0].equals("http");
        Load load = http ? new Load(HTTP, UnmodifiedServer.RESPONSE.length) : new Load(new byte[Integer.parseInt(args[0])], Integer.parseInt(args[0]));
        Path stat = Path.of("/proc", args[2], "stat");
        load.visit(Integer.parseInt(args[1]));
        load.connect(Integer.parseInt(args[1]), Integer.parseInt(args[3]));
        load.run(Double.parseDouble(args[4]));
        String threads = args.length > 6 ? args[6] : null;
        long own = threads == null ? 0 : nanos(args[2], threads);
        long ticks = ticks(stat);
        long start = System.nanoTime();
        load.requests = 0;
        load.run(Double.parseDouble(args[5]));
        double seconds = (System.nanoTime() - start) / 1e9;
        double used = (ticks(stat) - ticks) / (double) TICKS;
        System.out.printf("%.0f %.4f", load.requests / seconds, used * 1e6 / load.requests);
        System.out.println(threads == null ? "" : " %.4f".formatted((nanos(args[2], threads) - own) / used / 1e7));
        load.disconnect();
    }

    private void visit(int port) throws IOException {
        for (int i = 0; i < VISITORS; i++) {
            try (SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
                ask(channel);
                for (int got = 0; got < answer; ) {
                    int count = channel.read(buffer.clear());
                    if (count < 0) {
                        throw new IOException("the end after " + got + " bytes (expected: " + answer + ")");
                    }
                    got += count;
                }
            }
        }
    }

    private void connect(int port, int connections) throws IOException {
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.socket().setTcpNoDelay(true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, new int[1]);
        }
        for (SelectionKey key : selector.keys()) {
            ask((SocketChannel) key.channel());
        }
    }

    private void disconnect() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }

    private void run(double seconds) throws IOException {
        for (long start = System.nanoTime(); System.nanoTime() - start < seconds * 1e9; ) {
            selector.select(this::read, 1000);
        }
    }

    private void read(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        int[] got = (int[]) key.attachment();
        try {
            int count = channel.read(buffer.clear());
            if (count < 0 || (got[0] += count) > answer) {
                throw new IOException("an answer of " + (count < 0 ? "the end" : got[0] + " bytes") + " (expected: " + answer + " bytes)");
            }
            if (got[0] == answer) {
                got[0] = 0;
                requests++;
                ask(channel);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ask(SocketChannel channel) throws IOException {
        if (channel.write(request.clear()) != request.capacity()) {
            throw new IOException("a request was cut");
        }
    }

    /** Processor time that threads with such names have had. */
    private static long nanos(String process, String names) throws IOException {
        long nanos = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc", process, "task"))) {
            for (Path task : tasks) {
                if (Files.readString(task.resolve("comm")).startsWith(names)) {
                    nanos += Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[0]);
                }
            }
        }
        return nanos;
    }

    private static long ticks(Path stat) throws IOException {
        String line = Files.readString(stat);
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
