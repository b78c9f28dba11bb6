package dev.jevent.io.sim;

import dev.jevent.Resolver;
import dev.jevent.testkit.World;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Has the same addresses for each name, after some waits. */
final class SlowNames implements Resolver {
    private final World world;
    private final List<String> literals;

    SlowNames(World world, List<String> literals) {
        this.world = world;
        this.literals = literals;
    }

    @Override
    public List<InetAddress> addresses(String host, Family family) throws UnknownHostException {
        world.hub().sleep(Duration.ofMillis(1));
        world.hub().sleep(Duration.ofMillis(1));
        List<InetAddress> addresses = new ArrayList<>();
        for (String literal : literals) {
            addresses.add(InetAddress.ofLiteral(literal));
        }
        if (addresses.isEmpty()) {
            throw new UnknownHostException(host);
        }
        return addresses;
    }

    @Override
    public String name(InetAddress address) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String canonicalName(String host) {
        return host;
    }

    @Override
    public int port(String service, String protocol) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Entry> records(String name, String type) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String name() {
        return "slow";
    }

    @Override
    public void close() {
        // holds nothing
    }

    @Override
    public Statistics statistics() {
        return new Statistics(0, 0, 0);
    }
}
