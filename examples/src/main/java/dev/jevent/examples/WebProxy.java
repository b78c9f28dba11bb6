package dev.jevent.examples;

import static dev.jevent.Jevent.run;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.sync.Group;
import dev.jevent.sync.Pool;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** An HTTP proxy: {@code CONNECT} makes a tunnel, any other request is passed on, one for each connection. */
public final class WebProxy {
    private static final int CONNECTIONS = 1_000;
    private static final int LONGEST_HEAD = 64 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private WebProxy() {}

    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8088;
        run(() -> {
            try (var listener = TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50)) {
                IO.println("proxy on " + listener.getLocalAddress());
                serve(listener);
            }
        });
    }

    /** Until the listener is closed. */
    static void serve(TcpServerSocket listener) throws IOException {
        try (var connections = new Pool(CONNECTIONS)) {
            while (true) {
                connections.awaitAvailable();
                TcpSocket client = listener.accept();
                connections.spawn(() -> handle(client)).rawLink(_ -> close(client));
            }
        }
    }

    private static void handle(TcpSocket client) throws IOException, ExecutionException {
        client.timeout(PATIENCE);
        var input = new BufferedInputStream(client.inputStream());
        List<String> head = head(input);
        String[] request = head.isEmpty() ? new String[0] : head.getFirst().split(" ");
        if (request.length != 3) {
            answer(client, "400 Bad Request");
            return;
        }
        boolean tunnel = request[0].equals("CONNECT");
        URI uri;
        try {
            uri = URI.create(tunnel ? "http://" + request[1] : request[1]);
        } catch (IllegalArgumentException e) {
            answer(client, "400 Bad Request");
            return;
        }
        if (uri.getHost() == null) {
            answer(client, "400 Bad Request");
            return;
        }
        TcpSocket server;
        try {
            server = TcpSocket.connect(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort(), PATIENCE);
        } catch (IOException e) {
            answer(client, "502 Bad Gateway");
            return;
        }
        try (server) {
            if (tunnel) {
                answer(client, "200 Connection Established");
            } else {
                server.write(ByteBuffer.wrap(passedOn(request, uri, head).getBytes(ISO_8859_1)));
            }
            client.timeout(null);
            Group.runScoped(directions -> {
                directions.spawn(() -> pump(input, server));
                directions.spawn(() -> pump(server.inputStream(), client));
            });
        }
    }

    /** The request line as a server has it, and the headers but those that are for the proxy. */
    private static String passedOn(String[] request, URI uri, List<String> head) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        var text = new StringBuilder(request[0]).append(' ').append(path).append(query).append(" HTTP/1.1\r\n");
        for (String header : head.subList(1, head.size())) {
            String name = header.substring(0, Math.max(0, header.indexOf(':'))).toLowerCase();
            if (!name.startsWith("proxy-") && !name.equals("connection")) {
                text.append(header).append("\r\n");
            }
        }
        return text.append("Connection: close\r\n\r\n").toString();
    }

    /** The lines up to the empty one. */
    private static List<String> head(InputStream input) throws IOException {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (int read = 0; read < LONGEST_HEAD; read++) {
            int b = input.read();
            if (b < 0) {
                return List.of();
            }
            if (b == '\n') {
                if (line.isEmpty()) {
                    return lines;
                }
                lines.add(line.toString());
                line.setLength(0);
            } else if (b != '\r') {
                line.append((char) b);
            }
        }
        return List.of();
    }

    private static void answer(TcpSocket client, String status) throws IOException {
        client.write(ByteBuffer.wrap(("HTTP/1.1 " + status + "\r\n\r\n").getBytes(ISO_8859_1)));
    }

    private static void pump(InputStream from, TcpSocket to) throws IOException {
        OutputStream out = to.outputStream();
        from.transferTo(out);
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
