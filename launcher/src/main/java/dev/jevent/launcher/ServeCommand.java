package dev.jevent.launcher;

import dev.jevent.Settings;
import dev.jevent.io.signal.Signals;
import dev.jevent.io.tls.TlsContexts;
import dev.jevent.servers.HubGroup;
import dev.jevent.servers.http.AccessLog;
import dev.jevent.servers.http.FileHandler;
import dev.jevent.servers.http.HttpHandler;
import dev.jevent.servers.http.HttpServer;
import dev.jevent.servers.http.LogLines;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Serves files over HTTP. */
@Command(
        name = "serve",
        description = {
            "Serves the files below a directory over HTTP, with their types, ranges and conditional requests.",
            "Prints one line with its address when it is ready, then its access log. SIGTERM and SIGINT let requests",
            "that have begun be answered, a second one doesn't."
        },
        exitCodeList = {"0:it was told to stop", "1:it cannot listen, or not read what it was given", "2:the command line is wrong"})
final class ServeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Main main;

    @Option(names = "--host", paramLabel = "HOST", defaultValue = "127.0.0.1",
            description = "Address to listen on; 0.0.0.0 or :: for all (default: ${DEFAULT-VALUE})")
    private String host;

    @Option(names = "--port", paramLabel = "N", defaultValue = "8080", description = "0: any that is free (default: ${DEFAULT-VALUE})")
    private int port;

    @Option(names = "--hubs", paramLabel = "N|cores", defaultValue = "1", description = "Hubs, each in a thread of its own (default: ${DEFAULT-VALUE})")
    private String hubs;

    @Option(names = "--tls", arity = "2", paramLabel = "FILE", description = "Certificate chain and key, as PEM: serves https")
    private Path[] tls;

    @Option(names = "--log", paramLabel = "FORMAT", description = "Access log: common, combined or none (default: combined; none with --hello)")
    private String log;

    @Option(names = "--grace", paramLabel = "SECONDS", defaultValue = "30", converter = Seconds.class,
            description = "How long requests may go on after SIGTERM (default: ${DEFAULT-VALUE})")
    private Duration grace;

    @Option(names = "--hello", description = "Answer each request with: Hello, World!")
    private boolean hello;

    @Parameters(paramLabel = "DIR", arity = "0..1", description = "What to serve (default: the working directory)")
    private Path directory;

    @Override
    public Integer call() throws Exception {
        Settings settings = main.settings(spec.commandLine());
        main.setProperties(); // for the hubs of the group
        if (hello && directory != null) {
            throw wrong("--hello: there is a directory, too: " + directory + " (expected: one of them)");
        }
        if (port < 0 || port > 0xffff) {
            throw wrong("--port: " + port + " (expected: 0 to 65535)");
        }
        int count = hubs.equals("cores") ? Runtime.getRuntime().availableProcessors() : number(hubs);
        HttpHandler handler = hello ? exchange -> exchange.respond(200, "Hello, World!") : files();
        SSLContext context = tls == null ? null : context();
        String format = log != null ? log : hello ? "none" : "combined";
        if (format.equals("none")) {
            serve(settings, count, handler, context, null);
        } else {
            try (LogLines lines = new LogLines(new FileOutputStream(FileDescriptor.out))) {
                serve(settings, count, handler, context, switch (format) {
                    case "common" -> AccessLog.common(lines);
                    case "combined" -> AccessLog.combined(lines);
                    default -> throw wrong("--log: " + format + " (expected: common, combined or none)");
                });
            }
        }
        return 0;
    }

    private void serve(Settings settings, int count, HttpHandler handler, SSLContext context, AccessLog accessLog) throws Exception {
        InetSocketAddress address = new InetSocketAddress(host, port);
        HubGroup group = HubGroup.of(count, () -> {
            HttpServer server = HttpServer.on(address, handler).accessLog(accessLog).stopTimeout(grace);
            return context == null ? server : server.tls(context);
        });
        Hubs.run(settings, () -> {
            try (HubGroup _ = group;
                    Signals.Subscription _ = stopOn("TERM", group);
                    Signals.Subscription _ = stopOn("INT", group)) {
                group.start();
                PrintWriter out = spec.commandLine().getOut();
                out.println((context == null ? "http://" : "https://") + authority(group) + "/");
                out.flush();
                group.serveForever();
            } catch (IOException e) {
                throw new Failure("jevent serve: cannot serve at " + host + ":" + port + ": " + e.getMessage(), e);
            }
            return null;
        });
    }

    private String authority(HubGroup group) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + group.port();
    }

    /** The first signal lets requests end, the second one not. */
    private static Signals.Subscription stopOn(String signal, HubGroup group) {
        AtomicBoolean again = new AtomicBoolean();
        return Signals.handle(signal, () -> {
            if (again.getAndSet(true)) {
                group.stop(Duration.ZERO);
            } else {
                group.stop();
            }
        });
    }

    private HttpHandler files() throws Failure {
        Path root = directory == null ? Path.of("") : directory;
        try {
            return FileHandler.of(root);
        } catch (IOException e) {
            throw new Failure("jevent serve: cannot serve " + root + ": " + e, e);
        }
    }

    private SSLContext context() throws Failure {
        try {
            return TlsContexts.server(tls[0], tls[1]);
        } catch (IOException | IllegalArgumentException e) {
            throw new Failure("jevent serve: cannot use " + tls[0] + " and " + tls[1] + ": " + e.getMessage(), e);
        }
    }

    private int number(String text) {
        try {
            int number = Integer.parseInt(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // as if it were none
        }
        throw wrong("--hubs: " + text + " (expected: a number from 1, or cores)");
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
