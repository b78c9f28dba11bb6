package dev.jevent.examples;

import static dev.jevent.Jevent.run;
import static dev.jevent.Jevent.spawn;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.io.net.UnixServerSocket;
import dev.jevent.io.net.UnixSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** A server and a client that meet at a path of the file system. */
public final class UnixEcho {
    private UnixEcho() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 0 || args.length > 2) {
            IO.println("arguments: a path to serve; or the path to ask, and what");
            return;
        }
        Path path = Path.of(args[0]);
        run(() -> {
            if (args.length == 2) {
                IO.println(ask(path, args[1]));
                return;
            }
            Files.deleteIfExists(path); // of a server that is gone
            try (var listener = UnixServerSocket.bind(path)) {
                serve(listener);
            }
        });
    }

    /** Until the listener is closed. */
    static void serve(UnixServerSocket listener) throws IOException {
        while (true) {
            var client = listener.accept();
            spawn(() -> {
                try (client) {
                    client.inputStream().transferTo(client.outputStream());
                }
            });
        }
    }

    static String ask(Path server, String text) throws IOException {
        try (var socket = UnixSocket.connect(server)) {
            socket.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
            socket.shutdownOutput();
            return new String(socket.inputStream().readAllBytes(), UTF_8);
        }
    }
}
