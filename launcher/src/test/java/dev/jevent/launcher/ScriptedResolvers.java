package dev.jevent.launcher;

import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.spi.Availability;
import dev.jevent.spi.ResolverProvider;
import dev.jevent.sync.Event;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Resolvers whose answers are known, on the class path of these tests and chosen by name only. */
public final class ScriptedResolvers {
    private ScriptedResolvers() {}

    abstract static class Provider implements ResolverProvider {
        @Override
        public Availability availability() {
            return Availability.yes();
        }

        @Override
        public int rank() {
            return -1;
        }
    }

    /** Knows {@code one.test} and {@code two.test}, waits for ever for {@code slow.test}, and nothing else. */
    public static final class Scripted extends Provider {
        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public Resolver create(Hub hub, Settings settings) {
            return new Script(name());
        }
    }

    /** Could be used if only somebody had installed something. */
    public static final class Absent extends Provider {
        @Override
        public String name() {
            return "absent";
        }

        @Override
        public Availability availability() {
            return Availability.no("nobody installed it");
        }

        @Override
        public Resolver create(Hub hub, Settings settings) {
            throw new AssertionError("not available");
        }
    }

    private record Script(String name) implements Resolver {
        @Override
        public List<InetAddress> addresses(String host, Family family) throws UnknownHostException {
            return switch (host) {
                case "one.test" -> List.of(address(192, 0, 2, 1));
                case "two.test" -> List.of(address(192, 0, 2, 2), address(192, 0, 2, 3));
                case "slow.test" -> {
                    new Event().await();
                    throw new AssertionError("nobody sets it");
                }
                case "..test" -> throw new IllegalArgumentException("host: \"..test\" (expected: no empty label)");
                default -> throw new UnknownHostException(host + ": not in the script");
            };
        }

        private static InetAddress address(int... bytes) throws UnknownHostException {
            return InetAddress.getByAddress(
                    new byte[] {(byte) bytes[0], (byte) bytes[1], (byte) bytes[2], (byte) bytes[3]});
        }

        @Override
        public String name(InetAddress address) throws UnknownHostException {
            throw new UnknownHostException(address + ": not in the script");
        }

        @Override
        public String canonicalName(String host) throws UnknownHostException {
            throw new UnknownHostException(host + ": not in the script");
        }

        @Override
        public int port(String service, String protocol) throws UnknownHostException {
            throw new UnknownHostException(service + ": not in the script");
        }

        @Override
        public List<Entry> records(String name, String type) {
            throw new UnsupportedOperationException("scripted");
        }

        @Override
        public void close() {}

        @Override
        public Statistics statistics() {
            return new Statistics(0, 0, 0);
        }
    }
}
