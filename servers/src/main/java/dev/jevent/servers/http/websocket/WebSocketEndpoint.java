package dev.jevent.servers.http.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.jevent.GreenletExit;
import dev.jevent.contract.Switches;
import dev.jevent.servers.http.HttpExchange;
import dev.jevent.servers.http.HttpHandler;
import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * Turns requests into WebSockets: a handler of an {@link dev.jevent.servers.http.HttpServer}, or of some of its paths.
 *
 * <pre>{@code
 * var echo = WebSocketEndpoint.of(socket -> socket.forEach(…));
 * HttpServer.on(8080, exchange -> {
 *     switch (exchange.path()) {
 *         case "/echo" -> echo.handle(exchange);
 *         default -> exchange.respond(404);
 *     }
 * }).serveForever();
 * }</pre>
 *
 * <p>A request that is no handshake as RFC 6455 4.2.1 has it is answered with 400, and one from a page of another site with 403.
 * No extension is agreed on. Configuration comes before the first request.
 */
public final class WebSocketEndpoint implements HttpHandler {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final WebSocketHandler handler;
    private WebSocketLimits limits = new WebSocketLimits();
    private List<String> protocols = List.of();
    private List<String> origins; // null: those of this site
    private boolean anyOrigin;

    private WebSocketEndpoint(WebSocketHandler handler) {
        this.handler = Objects.requireNonNull(handler, "handler");
    }

    public static WebSocketEndpoint of(WebSocketHandler handler) {
        return new WebSocketEndpoint(handler);
    }

    public WebSocketEndpoint limits(WebSocketLimits limits) {
        this.limits = new WebSocketLimits(limits);
        return this;
    }

    /** Those it speaks, the best first: the first that a client offers is agreed on. None at the start. */
    public WebSocketEndpoint protocols(String... names) {
        protocols = List.of(names);
        return this;
    }

    /**
     * Whose pages may connect: as browsers send it, such as {@code https://shop.example}. At the start those of the host that the
     * request was sent to. Clients that aren't browsers send no origin, and are let in.
     */
    public WebSocketEndpoint origins(String... allowed) {
        origins = List.of(allowed);
        return this;
    }

    /** Lets pages of all sites connect: they do so with what their visitors' browsers know of this one, cookies included. */
    public WebSocketEndpoint anyOrigin() {
        anyOrigin = true;
        return this;
    }

    @Override
    @Switches
    public void handle(HttpExchange exchange) throws Exception {
        String mistake = mistake(exchange);
        if (mistake != null) {
            exchange.header("Sec-WebSocket-Version", "13").respond(400, mistake + "\n");
        } else if (!isWelcome(exchange)) {
            exchange.respond(403, "pages of " + exchange.header("Origin") + " must not connect here\n");
        } else {
            serve(open(exchange));
        }
    }

    // ---- the handshake ----

    /** What RFC 6455 4.2.1 wants and isn't there; null: nothing. */
    private static String mistake(HttpExchange exchange) {
        if (!exchange.method().equals("GET") || !exchange.wantsUpgrade() || !has(exchange.headers("Upgrade"), "websocket", true)) {
            return "this is for WebSockets: GET with Connection: Upgrade and Upgrade: websocket";
        }
        if (exchange.bodyLength() != 0) {
            return "a handshake has no body";
        }
        if (!exchange.headers("Sec-WebSocket-Version").equals(List.of("13"))) {
            return "Sec-WebSocket-Version is to be 13";
        }
        List<String> keys = exchange.headers("Sec-WebSocket-Key");
        return keys.size() == 1 && isKey(keys.getFirst()) ? null : "Sec-WebSocket-Key is to be 16 bytes in Base64";
    }

    private static boolean isKey(String key) {
        try {
            return key.length() == 24 && Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether {@code name} is in the lists. */
    private static boolean has(List<String> lists, String name, boolean inAnyCase) {
        return lists.stream()
                .flatMap(list -> Arrays.stream(list.split(",")))
                .map(String::strip)
                .anyMatch(inAnyCase ? name::equalsIgnoreCase : name::equals);
    }

    private boolean isWelcome(HttpExchange exchange) {
        String origin = exchange.header("Origin");
        if (origin == null || anyOrigin) {
            return true;
        }
        if (origins != null) {
            return origins.stream().anyMatch(origin::equalsIgnoreCase);
        }
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority != null && authority.equalsIgnoreCase(exchange.header("Host"));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private WebSocket open(HttpExchange exchange) throws IOException {
        List<String> offered = exchange.headers("Sec-WebSocket-Protocol");
        String protocol = protocols.stream().filter(name -> has(offered, name, false)).findFirst().orElse(null);
        if (protocol != null) {
            exchange.header("Sec-WebSocket-Protocol", protocol);
        }
        exchange.header("Sec-WebSocket-Accept", accept(exchange.header("Sec-WebSocket-Key")));
        return new WebSocket(exchange.upgrade("websocket"), limits, protocol);
    }

    static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1"); // as a mark of the protocol, not for secrecy
            return Base64.getEncoder().encodeToString(sha1.digest((key + GUID).getBytes(US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no SHA-1, which every one has", e);
        }
    }

    // ---- the socket ----

    @Switches
    private void serve(WebSocket socket) throws Exception {
        try {
            handler.handle(socket);
            socket.close();
        } catch (GreenletExit e) {
            socket.goAway();
            throw e;
        } catch (Throwable e) {
            boolean expected = e instanceof WebSocketClosedException && !socket.isOpen();
            socket.close(CloseCode.SERVER_ERROR, ""); // if that was said already: waits for the client
            if (!expected) {
                throw e;
            }
        }
    }
}
