package dev.jevent.examples;

import static dev.jevent.Jevent.run;

import dev.jevent.servers.http.AccessLog;
import dev.jevent.servers.http.FileHandler;
import dev.jevent.servers.http.HttpServer;
import dev.jevent.servers.http.LogLines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** The files below a directory, and how many answers there were: {@code curl http://127.0.0.1:8080/}. */
public final class FileServer {
    private FileServer() {}

    public static void main(String[] args) throws Exception {
        try (var lines = new LogLines(System.out)) {
            run(() -> on("127.0.0.1:8080", Path.of(args.length > 0 ? args[0] : "")).accessLog(AccessLog.combined(lines)).serveForever());
        }
    }

    static HttpServer on(String address, Path directory) throws IOException {
        var files = FileHandler.of(directory);
        var answers = new AtomicLong();
        return HttpServer.on(address, exchange -> {
            answers.getAndIncrement();
            if (exchange.path().equals("/answers")) {
                exchange.respond(200, answers + "\n");
            } else {
                files.handle(exchange);
            }
        });
    }
}
