package dev.jevent.examples;

import static dev.jevent.Jevent.joinAll;
import static dev.jevent.Jevent.run;
import static dev.jevent.Jevent.spawn;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks up several hosts at once, two seconds for all of them: gevent's first example.
 *
 * <p>{@code InetAddress.getByName} is the JDK's. In a greenlet it asks the hub's resolver, and others run meanwhile.
 */
public final class ConcurrentResolve {
    private ConcurrentResolve() {}

    public static void main(String[] args) {
        var hosts = args.length > 0 ? List.of(args) : List.of("www.google.com", "www.example.com", "www.python.org");
        run(() -> resolve(hosts, Duration.ofSeconds(2)));
    }

    static void resolve(List<String> hosts, Duration patience) {
        // A host without an address is an answer here, not worth a stack trace.
        Hub.current().notErrors(UnknownHostException.class::isInstance);

        Map<String, Greenlet<InetAddress>> jobs = new LinkedHashMap<>();
        hosts.forEach(host -> jobs.put(host, spawn(() -> InetAddress.getByName(host))));
        joinAll(jobs.values(), patience);
        jobs.forEach((host, job) -> IO.println(host + ": " + answer(job)));
    }

    private static String answer(Greenlet<InetAddress> job) {
        if (!job.ready()) {
            return "no answer in time"; // the greenlet waits on; ending the program ends it
        }
        return job.successful() ? job.value().getHostAddress() : "unknown";
    }
}
