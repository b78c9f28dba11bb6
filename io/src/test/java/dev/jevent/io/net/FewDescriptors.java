package dev.jevent.io.net;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A program that uses up its descriptors, sees what accept, connect and open say, frees them, and goes on. */
final class FewDescriptors {
    private FewDescriptors() {}

    public static void main(String[] args) throws Exception {
        Jevent.run(() -> {
            try (TcpServerSocket server = TcpServerSocket.bind(Pair.loopback(), 50)) {
                exchange(server); // so that every class is loaded while there are descriptors
                attempt("warm-up", () -> UdpSocket.bound(server.getLocalAddress()).connect(null));
                List<AutoCloseable> hoard = new ArrayList<>();
                TcpSocket waiting = TcpSocket.connect(server.getLocalAddress());
                attempt("open", () -> {
                    for (;;) {
                        hoard.add(new UdpSocket());
                    }
                });
                attempt("accept", server::accept);
                attempt("accept again", server::accept);
                attempt("connect", () -> TcpSocket.connect(server.getLocalAddress()));
                attempt("connect by name", () -> TcpSocket.connect("127.0.0.1", server.port()));
                for (AutoCloseable each : hoard) {
                    each.close();
                }
                TcpSocket accepted = server.accept();
                waiting.write(ByteBuffer.allocate(3));
                int count = accepted.read(ByteBuffer.allocate(10));
                exchange(server);
                IO.println("recovered: " + count + " bytes");
                waiting.close();
                accepted.close();
            }
        });
        Hub.current().close();
    }

    private static void exchange(TcpServerSocket server) throws Exception {
        Greenlet<TcpSocket> acceptor = Jevent.spawn(() -> server.accept());
        try (TcpSocket client = TcpSocket.connect("127.0.0.1", server.port()); TcpSocket accepted = acceptor.get()) {
            client.write(ByteBuffer.allocate(3));
            if (accepted.read(ByteBuffer.allocate(4)) != 3) {
                throw new AssertionError("not exchanged");
            }
        }
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private static void attempt(String name, Attempt attempt) {
        try {
            attempt.run();
            IO.println(name + ": succeeded");
        } catch (IOException | RuntimeException e) {
            IO.println(name + ": " + e.getMessage());
        }
    }
}
