package dev.jevent.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.jevent.io.net.TcpSocket;
import dev.jevent.servers.StreamServer;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A client's end of a connection, byte by byte. What comes back is read as strictly as the server reads. */
final class Wire implements AutoCloseable {
    static final String LOOPBACK = "127.0.0.1:0";

    /** Long enough for a server that answers, to be seen by who waits for one that doesn't. */
    private static final Duration SILENCE = Duration.ofMillis(100);

    final TcpSocket socket;
    private final ByteBuffer input = ByteBuffer.allocate(1 << 16).limit(0);

    private Wire(TcpSocket socket) {
        this.socket = socket;
    }

    static Wire to(StreamServer server) throws IOException {
        TcpSocket socket = TcpSocket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        socket.timeout(Duration.ofSeconds(20));
        return new Wire(socket);
    }

    /** One connection for one request. */
    static Reply ask(HttpServer server, String request) throws IOException {
        try (Wire wire = to(server)) {
            return wire.send(request).reply();
        }
    }

    static String get(String path, String... fields) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + String.join("", List.of(fields).stream().map(f -> f + "\r\n").toList()) + "\r\n";
    }

    Wire send(String bytes) throws IOException {
        socket.write(ByteBuffer.wrap(bytes.getBytes(ISO_8859_1)));
        return this;
    }

    // ---- what comes back ----

    record Reply(int status, String reason, List<String> fields, String body, List<String> trailers) {
        String field(String name) {
            List<String> values = fields(name);
            if (values.size() > 1) {
                throw new AssertionError(name + " more than once: " + values);
            }
            return values.isEmpty() ? null : values.getFirst();
        }

        List<String> fields(String name) {
            return fields.stream()
                    .filter(field -> field.regionMatches(true, 0, name + ": ", 0, name.length() + 2))
                    .map(field -> field.substring(name.length() + 2))
                    .toList();
        }

        boolean announcesClose() {
            return "close".equals(field("Connection"));
        }
    }

    Reply reply() throws IOException {
        return reply(false);
    }

    Reply reply(boolean toHead) throws IOException {
        String line = line();
        if (!line.matches("HTTP/1\\.1 [0-9]{3} .*")) {
            throw new AssertionError("not a status line: " + line);
        }
        int status = Integer.parseInt(line.substring(9, 12));
        List<String> fields = fields();
        Reply head = new Reply(status, line.substring(13), fields, "", List.of());
        if (toHead || status < 200 || status == 204 || status == 304) {
            return head;
        }
        List<String> trailers = List.of();
        String body;
        if (head.field("Transfer-Encoding") != null) {
            StringBuilder chunks = new StringBuilder();
            for (int size = size(); size > 0; size = size()) {
                chunks.append(take(size));
                if (!line().isEmpty()) {
                    throw new AssertionError("a chunk that doesn't end where it should");
                }
            }
            trailers = fields();
            body = chunks.toString();
        } else if (head.field("Content-Length") != null) {
            body = take(Integer.parseInt(head.field("Content-Length")));
        } else {
            body = rest();
        }
        return new Reply(status, head.reason, fields, body, trailers);
    }

    int size() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    List<String> fields() throws IOException {
        List<String> fields = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            fields.add(line);
        }
        return fields;
    }

    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = next(); c != '\n'; c = next()) {
            line.append((char) c);
        }
        if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
            throw new AssertionError("a line that doesn't end with CR LF: " + line);
        }
        line.setLength(line.length() - 1);
        return line.toString();
    }

    String take(int count) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            bytes.write(next());
        }
        return bytes.toString(ISO_8859_1);
    }

    /** Up to the end of the stream. */
    String rest() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (fill()) {
            bytes.write(input.get());
        }
        return bytes.toString(ISO_8859_1);
    }

    /** Whether the server closes the connection now, with nothing more. */
    boolean ends() throws IOException {
        return !fill();
    }

    /** Whether nothing comes. */
    boolean isSilent() throws IOException {
        socket.timeout(SILENCE);
        try {
            return !input.hasRemaining() && socket.read(input.clear()) == 0;
        } catch (java.net.SocketTimeoutException e) {
            return true;
        } finally {
            input.limit(0);
            socket.timeout(Duration.ofSeconds(20));
        }
    }

    private int next() throws IOException {
        if (!fill()) {
            throw new EOFException("the server has closed the connection");
        }
        return input.get() & 0xff;
    }

    private boolean fill() throws IOException {
        if (!input.hasRemaining()) {
            int count = socket.read(input.clear());
            input.flip();
            return count > 0;
        }
        return true;
    }

    /** Resets the connection. */
    void reset() throws IOException {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
