package dev.jevent.io.libraries;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The JDK's HTTP server with slow pages, as a process of its own. Prints its port, and ends with its standard input.
 *
 * <ul>
 *   <li>{@code /page?7}: some kilobytes about 7, in pieces with pauses in between
 *   <li>{@code /sum}: the sum of the posted lines, after a pause
 *   <li>{@code /gate}: held until the gate is opened; {@code /gate/shut}, {@code /gate/waiting}, {@code /gate/open} move it
 * </ul>
 */
final class PagesProgram {
    private static final int PIECES = 4;
    private static final int PIECE = 3000;
    private static final int PAUSE = 20;
    private static final int BACKLOG = 1000;

    private static volatile CountDownLatch gate = new CountDownLatch(1);
    private static final AtomicInteger WAITING = new AtomicInteger();

    private PagesProgram() {}

    @FunctionalInterface
    private interface Handler {
        void handle(HttpExchange exchange) throws IOException, InterruptedException;
    }

    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        on(server, "/page", PagesProgram::page);
        on(server, "/sum", PagesProgram::sum);
        on(server, "/gate", PagesProgram::gate);
        on(server, "/gate/shut", exchange -> {
            gate.countDown(); // of those whom a test that failed left there
            gate = new CountDownLatch(1);
            answer(exchange, "shut");
        });
        on(server, "/gate/waiting", exchange -> answer(exchange, WAITING.toString()));
        on(server, "/gate/open", exchange -> {
            gate.countDown();
            answer(exchange, "open");
        });
        server.start();
        System.out.println(server.getAddress().getPort());
        while (System.in.read() >= 0) {
            // nothing is sent: the end is the message
        }
        System.exit(0);
    }

    private static void on(HttpServer server, String path, Handler handler) {
        server.createContext(path, exchange -> {
            try (exchange) {
                handler.handle(exchange);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void page(HttpExchange exchange) throws IOException, InterruptedException {
        String about = exchange.getRequestURI().getQuery();
        exchange.sendResponseHeaders(200, (long) PIECES * PIECE);
        OutputStream out = exchange.getResponseBody();
        for (int piece = 0; piece < PIECES; piece++) {
            Thread.sleep(PAUSE);
            out.write((about + "/" + piece + "\n").repeat(PIECE).substring(0, PIECE).getBytes(US_ASCII));
            out.flush();
        }
    }

    private static void sum(HttpExchange exchange) throws IOException, InterruptedException {
        String posted = new String(exchange.getRequestBody().readAllBytes(), US_ASCII);
        Thread.sleep(PAUSE);
        answer(exchange, Integer.toString(posted.lines().mapToInt(Integer::parseInt).sum()));
    }

    private static void gate(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.getRequestBody().readAllBytes();
        WAITING.incrementAndGet();
        try {
            gate.await();
        } finally {
            WAITING.decrementAndGet();
        }
        answer(exchange, "passed");
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = text.getBytes(US_ASCII);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
