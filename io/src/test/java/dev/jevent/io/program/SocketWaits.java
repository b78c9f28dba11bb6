package dev.jevent.io.program;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.io.patch.Patch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;

/** Turns the patch pollers on in a process that has used no socket yet, and prints what it sees. */
public final class SocketWaits {
    private SocketWaits() {}

    /** @param args {@code late}: turns it on while somebody waits */
    public static void main(String[] args) throws Exception {
        if (args.length > 0) {
            late();
            return;
        }
        IO.println("on: " + Patch.POLLERS.on());
        IO.println("obstacle: " + Patch.POLLERS.obstacle());
        IO.println("pollers before a socket: " + pollers());
        Jevent.run(() -> {
            Hub hub = Hub.current();
            Pipe pipe = Pipe.open();
            try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                    Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort());
                    Socket server = listener.accept();
                    Selector selector = Selector.open()) {
                Greenlet<Void> echo = hub.spawn(() -> {
                    server.getInputStream().transferTo(server.getOutputStream());
                });
                do {
                    client.getOutputStream().write(1);
                    client.getInputStream().read();
                } while (Patch.POLLERS.isOn() && hub.loop().statistics().active() == 0); // put in place after the first wait
                IO.println("pollers after it: " + pollers());
                pipe.source().configureBlocking(false).register(selector, SelectionKey.OP_READ);
                client.shutdownOutput();
                echo.join();
                Greenlet<Integer> selecting = hub.spawn(() -> selector.select());
                hub.yieldNow();
                IO.println("watchers of a selector: " + hub.loop().statistics().active());
                pipe.sink().write(ByteBuffer.allocate(1));
                IO.println("selected: " + selecting.get());
            }
            pipe.sink().close();
            return null;
        });
    }

    private static void late() throws Exception {
        Jevent.run(() -> {
            Hub hub = Hub.current();
            try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                    Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort());
                    Socket server = listener.accept()) {
                Greenlet<String> reader = hub.spawn(() -> {
                    try {
                        return "read " + client.getInputStream().read();
                    } catch (SocketException e) {
                        return e.getMessage();
                    }
                });
                Greenlet<Integer> other = hub.spawn(() -> server.getInputStream().read());
                hub.sleep(Duration.ofMillis(1));
                IO.println("watchers before: " + hub.loop().statistics().active());
                IO.println("on: " + Patch.POLLERS.on());
                hub.sleep(Duration.ofMillis(1));
                IO.println("watchers after: " + hub.loop().statistics().active());
                Thread closing = new Thread(() -> {
                    try {
                        client.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                closing.start();
                IO.println("reader: " + reader.get());
                IO.println("other: " + other.get());
                closing.join();
            }
            return null;
        });
    }

    private static long pollers() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().endsWith("-Poller")).count();
    }
}
