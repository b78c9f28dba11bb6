package dev.jevent.launcher;

import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Look-ups of several hosts at once, a greenlet for each. */
final class Lookups {
    /**
     * What became of one.
     *
     * @param addresses as text, or the data of records; empty if there are none
     * @param records null: addresses were asked for
     * @param reason why there is nothing, else null
     * @param nanos how long it took
     */
    record Lookup(String host, List<String> addresses, List<Resolver.Entry> records, String reason, long nanos) {
        boolean resolved() {
            return reason == null;
        }

        /** For {@code --json}. @param type null: of addresses */
        Map<String, Object> json(String type) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("host", host);
            if (type == null) {
                object.put("addresses", addresses);
            } else {
                object.put("type", type);
                object.put("records", records.stream().map(Lookup::json).toList());
            }
            object.put("error", reason);
            object.put("seconds", Json.rounded(nanos / 1e9));
            return object;
        }

        private static Map<String, Object> json(Resolver.Entry entry) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("name", entry.name());
            object.put("type", entry.type());
            object.put("ttl", entry.ttl());
            object.put("data", entry.data());
            return object;
        }
    }

    private final Hub hub;
    private final List<String> hosts;
    private final List<Greenlet<Lookup>> jobs = new ArrayList<>();
    private final long started = System.nanoTime();

    /** Starts them, on the caller's hub. @param type of records; null: addresses */
    Lookups(Hub hub, List<String> hosts, String type) {
        this.hub = hub;
        this.hosts = hosts;
        Resolver resolver = hub.resolver();
        for (String host : hosts) {
            jobs.add(hub.spawn(() -> lookUp(resolver, host, type, started)));
        }
    }

    /** @param type of records; null: addresses @param started when its time began */
    static Lookup lookUp(Resolver resolver, String host, String type, long started) {
        try {
            if (type == null) {
                List<String> addresses = resolver.addresses(host).stream().map(InetAddress::getHostAddress).toList();
                return new Lookup(host, addresses, List.of(), null, System.nanoTime() - started);
            }
            List<Resolver.Entry> records = resolver.records(host, type);
            return new Lookup(host, records.stream().map(Resolver.Entry::data).toList(), records, null, System.nanoTime() - started);
        } catch (UnknownHostException | IllegalArgumentException | UnsupportedOperationException e) {
            return nothing(host, e.getMessage(), System.nanoTime() - started);
        }
    }

    private static Lookup nothing(String host, String reason, long nanos) {
        return new Lookup(host, List.of(), List.of(), reason, nanos);
    }

    /** Waits until all are over, or {@code timeout} since their start is; those that are not done then are killed. */
    List<Lookup> await(Duration timeout) {
        Duration left = timeout.minusNanos(System.nanoTime() - started);
        hub.joinAll(jobs, left.isNegative() ? Duration.ZERO : left);
        List<Lookup> outcomes = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i++) {
            Greenlet<Lookup> job = jobs.get(i);
            if (job.successful() && job.value() != null) {
                outcomes.add(job.value());
            } else {
                String reason = job.ready() ? "failed: " + job.exception() : "not done after " + Durations.text(timeout);
                outcomes.add(nothing(hosts.get(i), reason, System.nanoTime() - started));
                job.killLater();
            }
        }
        return outcomes;
    }
}
