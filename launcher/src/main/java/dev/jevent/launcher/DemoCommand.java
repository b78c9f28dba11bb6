package dev.jevent.launcher;

import dev.jevent.Hub;
import dev.jevent.Settings;
import dev.jevent.launcher.Lookups.Lookup;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The main job on real input: thousands of connections and some look-ups at once, on two threads. */
@Command(
        name = "demo",
        description = {
            "Serves and fetches pages over thousands of connections at once, and checks every byte.",
            "With plain java.net sockets, a greenlet for each end: the server's on one thread, the clients' on another. "
                    + "Looks names up meanwhile. Stops by itself, in less than a minute unless asked for more."
        },
        exitCodeList = {"0:everything came as expected", "1:something went wrong", "2:the command line is wrong"})
final class DemoCommand implements Callable<Integer> {
    private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(5);

    /** Each must have an address on every machine. */
    private static final List<String> MUST_RESOLVE = List.of("localhost", "127.0.0.1", "::1");

    /** The top-level domain that never has any [RFC 6761 section 6.4]. */
    private static final List<String> CANNOT_RESOLVE = List.of("nobody.invalid", "nowhere.invalid", "never.invalid");

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Main main;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Connections open at once (default: ${DEFAULT-VALUE}); fewer if descriptors don't suffice")
    private int connections;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "10",
            description = "Pages fetched over each connection (default: ${DEFAULT-VALUE})")
    private int requests;

    @Option(names = "--json", description = "Print a JSON object instead of the summary")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        checkAtLeastOne("--connections", connections);
        checkAtLeastOne("--requests", requests);
        if ((long) connections * requests > 100_000_000) {
            throw new ParameterException(spec.commandLine(),
                    "--connections × --requests: " + (long) connections * requests + " (expected: at most 100000000)");
        }
        Settings settings = main.settings(spec.commandLine());
        DemoReport report = run(settings);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(report.json()));
        } else {
            report.print(out, spec.commandLine().getColorScheme());
        }
        out.flush();
        return report.errors().count() == 0 ? 0 : 1;
    }

    private void checkAtLeastOne(String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + ": " + value + " (expected: > 0)");
        }
    }

    private DemoReport run(Settings settings) throws Exception {
        int wanted = connections;
        int possible = (int) Math.min(wanted, Descriptors.available() / 2); // both ends are here
        if (possible < 1) {
            throw new Failure("No connection can be opened: the limit of open files is " + Descriptors.limit()
                    + ". Raise it: ulimit -n 65536", null);
        }
        try (Hub hub = Hubs.open(settings)) {
            Errors errors = new Errors();
            hub.errorHandler((context, error) -> errors.add(context.toString(), error));
            PageServer server = listen(settings, possible);
            server.start();
            PageClients clients = new PageClients(hub, server.address(), possible, requests);
            List<Lookup> lookups;
            try {
                lookups = Hubs.run(hub, () -> {
                    Lookups started = new Lookups(hub, hosts(), null);
                    clients.run(Progress.of("pages", (long) possible * requests, spec.commandLine().getErr()));
                    return started.await(LOOKUP_TIMEOUT);
                });
            } finally {
                server.stop();
            }
            DemoReport report = new DemoReport(
                    wanted, possible, requests, lookups, clients.report(), server.report(), hub.toString(),
                    hub.thread().getName(), hub.statistics().spawned(),
                    ManagementFactory.getThreadMXBean().getPeakThreadCount(), errors);
            report.check(MUST_RESOLVE);
            return report;
        }
    }

    private static PageServer listen(Settings settings, int backlog) throws Failure {
        try {
            return new PageServer(settings, backlog);
        } catch (IOException e) {
            throw new Failure("The demo cannot listen on the loopback address: " + e.getMessage(), e);
        }
    }

    private static List<String> hosts() {
        Set<String> hosts = new LinkedHashSet<>(MUST_RESOLVE);
        hostname().ifPresent(hosts::add);
        hosts.addAll(CANNOT_RESOLVE);
        return new ArrayList<>(hosts);
    }

    /** What this machine calls itself; empty if nobody says. Read as a file: getLocalHost would look it up, and block. */
    private static Optional<String> hostname() {
        String variable = System.getenv("HOSTNAME");
        if (variable != null && !variable.isBlank()) {
            return Optional.of(variable.strip());
        }
        try {
            return Optional.of(Files.readString(Path.of("/etc/hostname")).strip()).filter(name -> !name.isEmpty());
        } catch (IOException e) {
            return Optional.empty(); // not a system that has this file
        }
    }
}
