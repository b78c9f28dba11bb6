package dev.jevent.launcher;

import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Look-ups of several hosts at once, a greenlet for each. */
final class Lookups {
    /**
     * What became of one.
     *
     * @param addresses as text; empty if there are none
     * @param reason why there are none, else null
     * @param nanos how long it took
     */
    record Lookup(String host, List<String> addresses, String reason, long nanos) {
        boolean resolved() {
            return reason == null;
        }
    }

    private final Hub hub;
    private final List<String> hosts;
    private final List<Greenlet<Lookup>> jobs = new ArrayList<>();
    private final long started = System.nanoTime();

    /** Starts them, on the caller's hub. */
    Lookups(Hub hub, List<String> hosts) {
        this.hub = hub;
        this.hosts = hosts;
        Resolver resolver = hub.resolver();
        for (String host : hosts) {
            jobs.add(hub.spawn(() -> lookUp(resolver, host)));
        }
    }

    private Lookup lookUp(Resolver resolver, String host) {
        try {
            List<String> addresses = resolver.addresses(host).stream().map(InetAddress::getHostAddress).toList();
            return new Lookup(host, addresses, null, elapsed());
        } catch (UnknownHostException | IllegalArgumentException e) {
            return new Lookup(host, List.of(), e.getMessage(), elapsed());
        }
    }

    private long elapsed() {
        return System.nanoTime() - started;
    }

    /** Waits until all are over, or {@code timeout} since their start is; those that are not done then are killed. */
    List<Lookup> await(Duration timeout) {
        Duration left = timeout.minusNanos(elapsed());
        hub.joinAll(jobs, left.isNegative() ? Duration.ZERO : left);
        List<Lookup> outcomes = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i++) {
            Greenlet<Lookup> job = jobs.get(i);
            if (job.successful() && job.value() != null) {
                outcomes.add(job.value());
            } else {
                String reason = job.ready() ? "failed: " + job.exception() : "not done after " + Durations.text(timeout);
                outcomes.add(new Lookup(hosts.get(i), List.of(), reason, elapsed()));
                job.killLater();
            }
        }
        return outcomes;
    }
}
