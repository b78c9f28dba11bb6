package dev.jevent.launcher;

import dev.jevent.launcher.Lookups.Lookup;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help.ColorScheme;

/**
 * What the demo did.
 *
 * @param wanted connections asked for
 * @param connections connections that the descriptor limit allows
 * @param requests for each connection
 * @param greenlets spawned on the clients' hub
 * @param peakThreads platform threads of the JVM, its own included
 * @param errors of everything that went wrong, after {@link #check}
 */
record DemoReport(
        int wanted, int connections, int requests, List<Lookup> lookups, PageClients.Report clients,
        PageServer.Report server, String hub, String thread, long greenlets, int peakThreads, Errors errors) {

    /** Adds to {@link #errors} what clients and server report, and what doesn't add up. */
    void check(List<String> mustResolve) {
        errors.addAll(clients.errors());
        errors.addAll(server.errors());
        long pages = (long) connections * requests;
        expect("pages fetched", clients.fetches().count(), pages);
        expect("pages served", server.requests(), pages);
        expect("connections served", server.connections(), connections);
        expect("connections open at once", clients.mostOpen(), connections);
        for (Lookup lookup : lookups) {
            if (!lookup.resolved() && mustResolve.contains(lookup.host())) {
                errors.add("look-up of " + lookup.host() + ": " + lookup.reason());
            }
        }
    }

    private void expect(String what, long actual, long expected) {
        if (actual != expected) {
            errors.add(what + ": " + actual + " (expected: " + expected + ")");
        }
    }

    private double seconds() {
        return clients.fetchingNanos() / 1e9;
    }

    private double pagesPerSecond() {
        return clients.fetches().count() / seconds();
    }

    void print(PrintWriter out, ColorScheme colors) {
        if (connections < wanted) {
            out.printf("%s%n%n", colors.text("@|yellow " + String.format(
                    "Only %,d connections instead of %,d: the limit of open files is %,d. Raise it with ulimit -n.",
                    connections, wanted, Descriptors.limit()) + "|@"));
        }
        Samples fetches = clients.fetches();
        Samples connects = clients.connects();
        line(out, colors, "pages", "%,d of %,d over %,d connections, all open at once, in %.2f s; every byte compared",
                fetches.count(), (long) connections * requests, clients.mostOpen(), seconds());
        line(out, colors, "rate", "%,.0f pages/s, %.1f MB/s", pagesPerSecond(), clients.bytes() / seconds() / 1e6);
        line(out, colors, "latency", "p50 %.1f ms, p99 %.1f ms, longest %.1f ms, with %,d requests under way at any time",
                fetches.millis(0.5), fetches.millis(0.99), fetches.millis(1), clients.mostOpen());
        line(out, colors, "connect", "p50 %.2f ms, p99 %.1f ms, longest %.1f ms",
                connects.millis(0.5), connects.millis(0.99), connects.millis(1));
        out.println();
        line(out, colors, "greenlets", "%,d on 2 platform threads, each with its hub:", greenlets + server.greenlets());
        line(out, colors, "", "%,d clients and look-ups on thread %s, %s", greenlets, thread, hub);
        line(out, colors, "", "%,d server ends on thread %s, %s", server.greenlets(), server.thread(), server.hub());
        line(out, colors, "threads", "%d platform threads at most, with the JVM's own and those that look names up", peakThreads);
        out.println();
        String label = "look-ups";
        int width = lookups.stream().mapToInt(lookup -> lookup.host().length()).max().orElse(0);
        for (Lookup lookup : lookups) {
            line(out, colors, label, "%s  %s", lookup.host() + " ".repeat(width - lookup.host().length()),
                    lookup.resolved() ? String.join(" ", lookup.addresses()) : lookup.reason());
            label = "";
        }
        out.println();
        if (errors.count() == 0) {
            line(out, colors, "errors", "%s", colors.text("@|green none|@"));
        } else {
            line(out, colors, "errors", "%s", colors.errorText(String.format("%,d; the first:", errors.count())));
            errors.first().forEach(error -> line(out, colors, "", "%s", error));
        }
    }

    private static void line(PrintWriter out, ColorScheme colors, String label, String format, Object... values) {
        out.print(colors.text(label.isEmpty() ? "" : "@|bold " + label + "|@"));
        out.print(" ".repeat(11 - label.length()));
        out.printf(format + "%n", values);
    }

    Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("connections", connections);
        object.put("connectionsWanted", wanted);
        object.put("pages", clients.fetches().count());
        object.put("bytes", clients.bytes());
        object.put("seconds", Json.rounded(seconds()));
        object.put("pagesPerSecond", Json.rounded(pagesPerSecond()));
        object.put("latencyMillis", percentiles(clients.fetches()));
        object.put("connectMillis", percentiles(clients.connects()));
        object.put("greenlets", Map.of("clients", greenlets, "server", server.greenlets()));
        object.put("greenletThreads", List.of(thread, server.thread()));
        object.put("platformThreadsPeak", peakThreads);
        object.put("lookups", lookups.stream().map(lookup -> lookup.json(null)).toList());
        object.put("errors", errors.count());
        object.put("firstErrors", errors.first());
        return object;
    }

    private static Map<String, Object> percentiles(Samples samples) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("p50", Json.rounded(samples.millis(0.5)));
        object.put("p99", Json.rounded(samples.millis(0.99)));
        object.put("max", Json.rounded(samples.millis(1)));
        return object;
    }
}
