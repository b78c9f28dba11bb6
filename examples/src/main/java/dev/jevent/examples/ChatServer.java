package dev.jevent.examples;

import static dev.jevent.Jevent.run;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.servers.Connection;
import dev.jevent.servers.StreamServer;
import dev.jevent.sync.FifoQueue;
import dev.jevent.sync.Group;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A room where everybody reads what everybody writes: {@code nc 127.0.0.1 6001}.
 *
 * <p>Each guest has two greenlets: one reads lines, the other writes what is in the guest's queue. So nobody waits for somebody
 * who reads slowly; who is too far behind has to leave. The map needs no lock: no greenlet of a hub is interrupted between two waits.
 */
public final class ChatServer {
    private static final int BEHIND = 100;

    private final Map<String, Guest> guests = new LinkedHashMap<>();

    private record Guest(Connection connection, FifoQueue<String> unread) {}

    public static void main(String[] args) throws Exception {
        run(() -> new ChatServer().on(args.length > 0 ? args[0] : "127.0.0.1:6001").serveForever());
    }

    StreamServer on(String address) {
        return StreamServer.on(address, this::welcome);
    }

    private void welcome(Connection connection) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(connection.inputStream(), UTF_8));
        write(connection, "Your name?");
        String name = lines.readLine();
        while (name != null && (name.isBlank() || guests.containsKey(name))) {
            write(connection, name.isBlank() ? "Your name?" : "There is a " + name + ". Your name?");
            name = lines.readLine();
        }
        if (name != null) {
            stay(name, new Guest(connection, new FifoQueue<>(BEHIND)), lines);
        }
    }

    private void stay(String name, Guest guest, BufferedReader lines) throws Exception {
        guests.put(name, guest);
        try {
            Group.runScoped(both -> {
                both.spawn(() -> passOn(guest));
                tellAll(name + " is here: " + String.join(", ", guests.keySet()));
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    tellAll(name + ": " + line);
                }
                both.kill();
            });
        } finally {
            guests.remove(name);
            tellAll(name + " is gone");
        }
    }

    private static void passOn(Guest guest) throws IOException, InterruptedException {
        while (true) {
            write(guest.connection, guest.unread.take());
        }
    }

    private void tellAll(String text) throws IOException {
        for (var guest : guests.values()) {
            if (!guest.unread.offer(text)) {
                guest.connection.close(); // then its reader leaves the room
            }
        }
    }

    private static void write(Connection connection, String line) throws IOException {
        connection.write(UTF_8.encode(line + "\n"));
    }
}
