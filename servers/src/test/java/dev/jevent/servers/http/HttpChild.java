package dev.jevent.servers.http;

import dev.jevent.Hub;
import dev.jevent.Jevent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A program: a server that tells its port, and, when it is asked for, how much it has of what. */
final class HttpChild {
    private HttpChild() {}

    public static void main(String[] args) throws Exception {
        Jevent.run(() -> {
            HttpServer server = HttpServer.on(Wire.LOOPBACK, exchange -> exchange.respond(200, switch (exchange.path()) {
                case "/heap" -> heap();
                case "/resident" -> resident();
                case "/descriptors" -> descriptors();
                default -> "hello";
            }));
            server.start();
            for (String path : new String[] {"/heap", "/resident", "/descriptors", "/"}) {
                Wire.ask(server, Wire.get(path)); // so that every class is loaded while there are descriptors
            }
            IO.println(server.port());
            server.serveForever();
        });
        Hub.current().close();
    }

    /** Bytes that are in use. */
    private static String heap() {
        System.gc();
        return String.valueOf(Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }

    /** kB of the process. */
    private static String resident() throws Exception {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow().replaceAll("\\D", "");
        }
    }

    private static String descriptors() throws Exception {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return String.valueOf(all.count());
        }
    }
}
