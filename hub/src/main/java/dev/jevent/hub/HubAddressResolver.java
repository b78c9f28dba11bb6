package dev.jevent.hub;

import dev.jevent.GreenletInterrupted;
import dev.jevent.Hub;
import dev.jevent.Resolver;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Look-ups of {@link InetAddress}: of a greenlet by its hub's resolver, of anybody else by the JDK's own.
 *
 * <p>The JDK holds a lock for each name that is being looked up. Greenlets that ask for the same name wait for it, and
 * others run. Main on its bare thread, however, would stop the hub: that is why {@code Jevent.run} makes main's code a
 * greenlet. It asks the JDK's own resolver, and blocks, like every platform thread.
 */
final class HubAddressResolver implements InetAddressResolver {
    private final InetAddressResolver builtin;

    HubAddressResolver(InetAddressResolver builtin) {
        this.builtin = builtin;
    }

    /** The hub whose greenlet the caller is; else null. */
    private static Hub hub() {
        if (!Thread.currentThread().isVirtual() || !HubRegistry.hasOthers(null)) {
            return null; // without an open hub nothing of ours is initialised, or can fail
        }
        Hub hub = Hub.ifExists();
        return hub == null || hub.isClosed() ? null : hub;
    }

    /** One question to a resolver. */
    private interface Question<T> {
        T ask() throws UnknownHostException;
    }

    /** Asks as the JDK promises: an interrupt neither ends a look-up nor is lost, and every error is an unknown host. */
    private static <T> T ask(String subject, Question<T> question) throws UnknownHostException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return question.ask();
                } catch (GreenletInterrupted e) {
                    interrupted = true;
                }
            }
        } catch (RuntimeException e) {
            UnknownHostException unknown = new UnknownHostException(subject + ": " + e.getMessage());
            unknown.initCause(e);
            throw unknown;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
        if (HubAddressResolverProvider.isProbe(host)) {
            throw new UnknownHostException(host);
        }
        Hub hub = hub();
        if (hub == null) {
            return builtin.lookupByName(host, policy);
        }
        List<InetAddress> found = ask(host, () -> hub.resolver().addresses(host, family(policy)));
        return select(host, found.toArray(new InetAddress[0]), policy);
    }

    private static Resolver.Family family(LookupPolicy policy) {
        return switch (policy.characteristics() & (LookupPolicy.IPV4 | LookupPolicy.IPV6)) {
            case LookupPolicy.IPV4 -> Resolver.Family.IPV4;
            case LookupPolicy.IPV6 -> Resolver.Family.IPV6;
            default -> Resolver.Family.ANY;
        };
    }

    /** Of {@code found}, those of the families in {@code policy}, in its order, with {@code host} as their name. */
    static Stream<InetAddress> select(String host, InetAddress[] found, LookupPolicy policy) throws UnknownHostException {
        int wanted = policy.characteristics();
        List<InetAddress> selected = new ArrayList<>();
        int front = 0;
        for (InetAddress address : found) {
            boolean four = address instanceof Inet4Address;
            if ((wanted & (four ? LookupPolicy.IPV4 : LookupPolicy.IPV6)) != 0) {
                boolean first = (wanted & (four ? LookupPolicy.IPV4_FIRST : LookupPolicy.IPV6_FIRST)) != 0;
                selected.add(first ? front++ : selected.size(), named(host, address));
            }
        }
        if (selected.isEmpty()) {
            throw new UnknownHostException(host + ": no address of the family asked for");
        }
        return selected.stream();
    }

    /** Without a name, {@code getHostName()} of what the program gets would make a look-up of its own. */
    private static InetAddress named(String host, InetAddress address) throws UnknownHostException {
        if (!address.toString().startsWith("/")) {
            return address;
        }
        return address instanceof Inet6Address six && six.getScopedInterface() != null
                ? Inet6Address.getByAddress(host, six.getAddress(), six.getScopedInterface())
                : address instanceof Inet6Address six && six.getScopeId() != 0
                        ? Inet6Address.getByAddress(host, six.getAddress(), six.getScopeId())
                        : InetAddress.getByAddress(host, address.getAddress());
    }

    @Override
    public String lookupByAddress(byte[] bytes) throws UnknownHostException {
        Hub hub = hub();
        if (hub == null) {
            return builtin.lookupByAddress(bytes);
        }
        if (bytes.length != 4 && bytes.length != 16) {
            throw new IllegalArgumentException("address: " + bytes.length + " bytes (expected: 4 or 16)");
        }
        InetAddress address = InetAddress.getByAddress(bytes);
        return ask(address.getHostAddress(), () -> hub.resolver().name(address));
    }
}
