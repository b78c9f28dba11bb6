package dev.jevent.resolver.ares;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Puts addresses into the order in which connects should be tried [RFC 6724 section 6], as far as a program can know: the
 * rules about deprecated, home and tunnelled addresses need what only the kernel has. Rule 9, the longest common prefix,
 * is for IPv6 alone: with IPv4 it would undo what name servers do to share the load.
 */
final class AddressOrder {
    private static final int LINK_LOCAL = 2;
    private static final int SITE_LOCAL = 5;
    private static final int GLOBAL = 14;

    private final Function<InetAddress, InetAddress> sources;

    /** @param sources from which address a packet to another would be sent; null: from none */
    AddressOrder(Function<InetAddress, InetAddress> sources) {
        this.sources = sources;
    }

    List<InetAddress> sort(List<InetAddress> addresses) {
        if (addresses.size() < 2) {
            return addresses;
        }
        List<Destination> destinations = new ArrayList<>(addresses.size());
        for (InetAddress address : addresses) {
            destinations.add(new Destination(address, sources.apply(address)));
        }
        destinations.sort(RULES); // stable: rule 10
        List<InetAddress> sorted = new ArrayList<>(destinations.size());
        for (Destination destination : destinations) {
            sorted.add(destination.address);
        }
        return sorted;
    }

    private static final Comparator<Destination> RULES = Comparator
            .comparing((Destination it) -> it.source == null) // 1: those that can't be reached last
            .thenComparing(it -> it.scope != it.sourceScope) // 2
            .thenComparing(it -> it.label != it.sourceLabel) // 5
            .thenComparing(it -> -it.precedence) // 6
            .thenComparing(it -> it.scope) // 8
            .thenComparing(it -> -it.commonPrefix); // 9

    private static final class Destination {
        final InetAddress address;
        final InetAddress source;
        final int scope;
        final int sourceScope;
        final int label;
        final int sourceLabel;
        final int precedence;
        final int commonPrefix;

        Destination(InetAddress address, InetAddress source) {
            this.address = address;
            this.source = source;
            Policy policy = Policy.of(address);
            scope = scope(address);
            label = policy.label;
            precedence = policy.precedence;
            sourceScope = source == null ? -1 : scope(source);
            sourceLabel = source == null ? -1 : Policy.of(source).label;
            commonPrefix = source == null || address instanceof Inet4Address || source instanceof Inet4Address
                    ? 0
                    : commonPrefix(address.getAddress(), source.getAddress());
        }
    }

    /** Of the first half alone: what comes after it is of one network. */
    private static int commonPrefix(byte[] a, byte[] b) {
        for (int i = 0; i < 8; i++) {
            int differ = (a[i] ^ b[i]) & 0xff;
            if (differ != 0) {
                return 8 * i + Integer.numberOfLeadingZeros(differ) - 24;
            }
        }
        return 64;
    }

    private static int scope(InetAddress address) {
        if (address.isMulticastAddress() && !(address instanceof Inet4Address)) {
            return address.getAddress()[1] & 15;
        }
        return address.isLoopbackAddress() || address.isLinkLocalAddress() ? LINK_LOCAL
                : address.isSiteLocalAddress() && !(address instanceof Inet4Address) ? SITE_LOCAL
                : GLOBAL;
    }

    /** The default table [RFC 6724 section 2.1], longest prefix first. */
    private enum Policy {
        LOOPBACK("::1", 128, 50, 0),
        IPV4("::ffff:0:0", 96, 35, 4),
        COMPATIBLE("::", 96, 1, 3),
        TEREDO("2001::", 32, 5, 5),
        SIX_TO_FOUR("2002::", 16, 30, 2),
        SIX_BONE("3ffe::", 16, 1, 12),
        SITE("fec0::", 10, 1, 11),
        UNIQUE_LOCAL("fc00::", 7, 3, 13),
        REST("::", 0, 40, 1);

        private static final Policy[] ALL = values();

        private final byte[] prefix;
        private final int length;
        final int precedence;
        final int label;

        Policy(String prefix, int length, int precedence, int label) {
            this.prefix = prefix.startsWith("::ffff")
                    ? new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0, 0, 0} // as text it would be IPv4
                    : InetAddress.ofLiteral(prefix).getAddress();
            this.length = length;
            this.precedence = precedence;
            this.label = label;
        }

        static Policy of(InetAddress address) {
            if (address instanceof Inet4Address) {
                return IPV4;
            }
            byte[] bytes = address.getAddress();
            for (Policy policy : ALL) {
                if (policy.has(bytes)) {
                    return policy;
                }
            }
            throw new AssertionError(address); // the last one has all
        }

        private boolean has(byte[] bytes) {
            int whole = length / 8;
            int bits = length % 8;
            return Arrays.equals(bytes, 0, whole, prefix, 0, whole)
                    && (bits == 0 || ((bytes[whole] ^ prefix[whole]) & 0xff) >> 8 - bits == 0);
        }
    }

    /**
     * Asks the system: which source a connected socket gets. What it said of a network (24 bits of IPv4, 64 of IPv6) holds
     * for some seconds.
     */
    static final class SystemSources implements Function<InetAddress, InetAddress> {
        private static final long HOLDS = TimeUnit.SECONDS.toNanos(10);
        private static final int MOST = 256;

        private record Source(InetAddress address, long until) {}

        private final Map<Network, Source> known = new ConcurrentHashMap<>();

        private record Network(long prefix, boolean six, Object scope) {
            static Network of(InetAddress address) {
                byte[] bytes = address.getAddress();
                long prefix = 0;
                for (int i = 0; i < (bytes.length == 4 ? 3 : 8); i++) {
                    prefix = prefix << 8 | bytes[i] & 0xff;
                }
                // Of the loopback network the last bits matter, too: ::1 is not like its neighbours.
                return new Network(prefix, bytes.length == 16, address.isLoopbackAddress());
            }
        }

        @Override
        public InetAddress apply(InetAddress destination) {
            Network network = Network.of(destination);
            long now = System.nanoTime();
            Source source = known.get(network);
            if (source == null || source.until - now <= 0) {
                if (known.size() >= MOST) {
                    known.clear();
                }
                source = new Source(ask(destination), now + HOLDS);
                known.put(network, source);
            }
            return source.address;
        }

        private static InetAddress ask(InetAddress destination) {
            boolean four = destination instanceof Inet4Address;
            try (DatagramChannel channel =
                    DatagramChannel.open(four ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6)) {
                channel.configureBlocking(false);
                channel.connect(new InetSocketAddress(destination, 53)); // sends nothing
                return Objects.requireNonNull((InetSocketAddress) channel.getLocalAddress()).getAddress();
            } catch (IOException | RuntimeException e) {
                return null; // no route, or no such family
            }
        }
    }
}
