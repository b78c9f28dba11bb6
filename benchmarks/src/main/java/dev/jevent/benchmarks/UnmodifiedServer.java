package dev.jevent.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * An HTTP server of plain {@code java.net} sockets that knows nothing of jevent: a virtual thread for each connection, "hello" for each
 * request. Prints its port. The same class file runs on the JDK alone and by {@code jevent run}.
 */
public final class UnmodifiedServer {
    static final byte[] RESPONSE =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n".getBytes();

    private UnmodifiedServer() {}

    public static void main(String[] args) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 512, InetAddress.getLoopbackAddress())) {
            System.out.println(listener.getLocalPort());
            while (true) {
                Socket socket = listener.accept();
                Thread.startVirtualThread(() -> serve(socket));
            }
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            byte[] buffer = new byte[4096];
            int matched = 0; // bytes of the empty line that ends a request
            for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
                for (int i = 0; i < count; i++) {
                    byte wanted = (byte) ((matched & 1) == 0 ? '\r' : '\n');
                    matched = buffer[i] == wanted ? matched + 1 : buffer[i] == '\r' ? 1 : 0;
                    if (matched == 4) {
                        matched = 0;
                        out.write(RESPONSE);
                    }
                }
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }
}
