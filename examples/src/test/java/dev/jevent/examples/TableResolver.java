package dev.jevent.examples;

import dev.jevent.Jevent;
import dev.jevent.Resolver;
import dev.jevent.sync.Event;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Knows what it is told, after a short while; a name whose address is {@link #SILENT} is never answered. */
final class TableResolver implements Resolver {
    static final String SILENT = "silent";

    private final Map<String, String> addresses;
    private long lookups;
    private int waiting;
    private int mostWaiting;

    TableResolver(Map<String, String> addresses) {
        this.addresses = addresses;
    }

    /** Most look-ups that were in progress at once. */
    int mostWaiting() {
        return mostWaiting;
    }

    @Override
    public List<InetAddress> addresses(String host, Family family) throws UnknownHostException {
        lookups++;
        mostWaiting = Math.max(mostWaiting, ++waiting);
        try {
            var address = addresses.get(host);
            if (SILENT.equals(address)) {
                new Event().await();
            }
            Jevent.sleep(Duration.ofMillis(1));
            if (address == null) {
                throw new UnknownHostException(host);
            }
            return List.of(InetAddress.ofLiteral(address));
        } finally {
            waiting--;
        }
    }

    @Override
    public String name(InetAddress address) throws UnknownHostException {
        throw new UnknownHostException(address.getHostAddress());
    }

    @Override
    public String canonicalName(String host) {
        return host;
    }

    @Override
    public int port(String service, String protocol) throws UnknownHostException {
        throw new UnknownHostException(service);
    }

    @Override
    public List<Entry> records(String name, String type) {
        throw new UnsupportedOperationException(type);
    }

    @Override
    public String name() {
        return "table";
    }

    @Override
    public void close() {}

    @Override
    public Statistics statistics() {
        return new Statistics(lookups, 0, waiting);
    }
}
