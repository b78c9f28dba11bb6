package dev.jevent.examples;

import static dev.jevent.Jevent.run;

import dev.jevent.servers.http.HttpServer;
import dev.jevent.servers.http.websocket.Message;
import dev.jevent.servers.http.websocket.WebSocket;
import dev.jevent.servers.http.websocket.WebSocketClosedException;
import dev.jevent.servers.http.websocket.WebSocketEndpoint;
import dev.jevent.servers.http.websocket.WebSocketLimits;
import dev.jevent.sync.FifoQueue;
import dev.jevent.sync.Group;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A room in the browser, {@code http://127.0.0.1:8080/}: everybody reads what everybody writes.
 *
 * <p>As in {@link ChatServer} each guest has two greenlets: one receives, the other sends what is in the guest's queue. So nobody waits
 * for somebody who reads slowly; who is too far behind has to leave. {@link #tellAll} never waits, and the map needs no lock.
 */
public final class WebChatServer {
    static final int BEHIND = 100;

    private static final String PAGE = """
            <!DOCTYPE html>
            <title>Chat</title>
            <form><input autofocus size="60"></form>
            <ul></ul>
            <script>
              const room = new WebSocket(location.href.replace(/^http/, "ws") + "room")
              const input = document.querySelector("input")
              const write = text => {
                const line = document.createElement("li")
                line.textContent = text
                document.querySelector("ul").prepend(line)
              }
              room.onmessage = message => write(message.data)
              room.onclose = end => write("The end. " + end.reason)
              document.querySelector("form").onsubmit = () => {
                room.send(input.value)
                input.value = ""
                return false
              }
            </script>
            """;

    private final Map<String, FifoQueue<String>> guests = new LinkedHashMap<>();

    public static void main(String[] args) throws Exception {
        run(() -> new WebChatServer().on(args.length > 0 ? args[0] : "127.0.0.1:8080").serveForever());
    }

    HttpServer on(String address) {
        var room = WebSocketEndpoint.of(this::welcome).limits(new WebSocketLimits().message(4 << 10));
        return HttpServer.on(address, exchange -> {
            switch (exchange.path()) {
                case "/" -> exchange.header("Content-Type", "text/html; charset=utf-8").respond(200, PAGE);
                case "/room" -> room.handle(exchange);
                default -> exchange.respond(404);
            }
        });
    }

    private void welcome(WebSocket socket) throws Exception {
        socket.send("Your name?");
        for (var message : socket) {
            if (!(message instanceof Message.Text(var name)) || name.isBlank()) {
                socket.send("Your name?");
            } else if (guests.containsKey(name)) {
                socket.send("There is a " + name + ". Your name?");
            } else {
                stay(name, socket);
                return;
            }
        }
    }

    private void stay(String name, WebSocket socket) throws Exception {
        var unread = new FifoQueue<String>(BEHIND);
        guests.put(name, unread);
        try {
            Group.runScoped(both -> {
                both.spawn(() -> passOn(unread, socket));
                tellAll(name + " is here: " + String.join(", ", guests.keySet()));
                for (var message : socket) {
                    if (message instanceof Message.Text(var text)) {
                        tellAll(name + ": " + text);
                    }
                }
                both.kill();
            });
        } finally {
            guests.remove(name, unread);
            tellAll(name + " is gone");
        }
    }

    private static void passOn(FifoQueue<String> unread, WebSocket socket) throws IOException {
        try {
            for (var text : unread.untilShutdown()) {
                socket.send(text);
            }
            socket.close(1008, "You are too far behind.");
        } catch (WebSocketClosedException gone) {
            // as the one who receives notices, too
        }
    }

    void tellAll(String text) {
        guests.values().removeIf(unread -> {
            boolean behind = !unread.offer(text);
            if (behind) {
                unread.shutdown();
            }
            return behind;
        });
    }
}
