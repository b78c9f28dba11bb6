package dev.jevent.servers.http.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.io.net.TcpSocket;
import dev.jevent.servers.StreamServer;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A client's end of a WebSocket, frame by frame; it may do what no client must. */
final class Client implements AutoCloseable {
    static final String LOOPBACK = "127.0.0.1:0";

    /** The key of RFC 6455 1.3, and what is made of it. */
    static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};

    final TcpSocket socket;
    private final DataInputStream input;

    /** A frame of the server. */
    record Frame(boolean last, int opcode, byte[] payload) {
        String text() {
            return new String(payload, UTF_8);
        }

        int code() {
            return ByteBuffer.wrap(payload).getShort() & 0xffff;
        }
    }

    private Client(TcpSocket socket) {
        this.socket = socket;
        this.input = new DataInputStream(socket.inputStream());
    }

    static Client unconnected(StreamServer server) throws IOException {
        TcpSocket socket = TcpSocket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        socket.timeout(Duration.ofSeconds(20));
        return new Client(socket);
    }

    static Client to(StreamServer server, String... fields) throws IOException {
        Client client = unconnected(server);
        client.send(handshake(fields));
        List<String> head = client.head();
        if (!head.getFirst().startsWith("HTTP/1.1 101 ")) {
            throw new AssertionError(head);
        }
        return client;
    }

    static String handshake(String... fields) {
        String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        return "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: " + KEY + "\r\n" + more + "\r\n";
    }

    Client send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    Client send(byte[] bytes) throws IOException {
        socket.write(ByteBuffer.wrap(bytes));
        return this;
    }

    /** Status line and header fields. */
    List<String> head() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
        }
        return lines;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = input.readByte(); c != '\n'; c = input.readByte()) {
            line.append((char) c);
        }
        return line.substring(0, line.length() - 1);
    }

    // ---- frames ----

    /** @param first the first byte: 0x80 for the last frame of a message, with the opcode */
    static byte[] frame(int first, byte[] payload) {
        int length = payload.length;
        ByteBuffer frame = ByteBuffer.allocate(14 + length).put((byte) first);
        if (length < 126) {
            frame.put((byte) (0x80 | length));
        } else if (length < 0x10000) {
            frame.put((byte) 0xfe).putShort((short) length);
        } else {
            frame.put((byte) 0xff).putLong(length);
        }
        frame.put(MASK);
        for (int i = 0; i < length; i++) {
            frame.put((byte) (payload[i] ^ MASK[i % 4]));
        }
        byte[] bytes = new byte[frame.flip().remaining()];
        frame.get(bytes);
        return bytes;
    }

    static byte[] frame(int first, String payload) {
        return frame(first, payload.getBytes(UTF_8));
    }

    static byte[] close(int code, String reason) {
        byte[] text = reason.getBytes(UTF_8);
        return frame(0x88, ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array());
    }

    static byte[] all(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    Frame next() throws IOException {
        int first = input.readUnsignedByte();
        int length = input.readUnsignedByte();
        if ((first & 0x70) != 0 || length > 127) {
            throw new AssertionError("a server's frame with " + Integer.toHexString(first) + " " + Integer.toHexString(length));
        }
        long size = length < 126 ? length : length == 126 ? input.readUnsignedShort() : input.readLong();
        byte[] payload = new byte[(int) size];
        input.readFully(payload);
        return new Frame(first >= 0x80, first & 0x0f, payload);
    }

    /** Whether the server ends the connection now. */
    boolean ends() throws IOException {
        return input.read() < 0;
    }

    void reset() throws IOException {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
