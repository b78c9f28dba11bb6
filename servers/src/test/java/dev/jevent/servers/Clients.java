package dev.jevent.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.io.ByteStream;
import dev.jevent.io.net.TcpSocket;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** What clients do in tests. */
final class Clients {
    static final String LOOPBACK = "127.0.0.1:0";

    /** Long enough for a server that answers, to be seen by who waits for one that doesn't. */
    static final Duration SILENCE = Duration.ofMillis(100);

    private Clients() {}

    static TcpSocket connect(Server server) throws IOException {
        return TcpSocket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    }

    /** Sends a line, and reads one. @return null if the server has closed the connection */
    static String ask(ByteStream stream, String line) throws IOException {
        stream.outputStream().write((line + "\n").getBytes(UTF_8));
        return line(stream);
    }

    static String line(ByteStream stream) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = stream.inputStream().read(); c != '\n'; c = stream.inputStream().read()) {
            if (c < 0) {
                return line.isEmpty() ? null : line.toString();
            }
            line.append((char) c);
        }
        return line.toString();
    }

    /** One connection for one line. */
    static String ask(Server server, String line) throws IOException {
        try (TcpSocket socket = connect(server)) {
            return ask(socket, line);
        }
    }

    /** Answers each line with itself. */
    static void echoLines(ByteStream stream) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(stream.inputStream(), UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            stream.outputStream().write((line + "\n").getBytes(UTF_8));
        }
    }
}
