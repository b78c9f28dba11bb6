package dev.jevent.hub;

import dev.jevent.spi.SystemLookup;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/**
 * Puts the hub's resolver behind {@link InetAddress} for greenlets, and leaves all other threads what they had. The JDK
 * takes one provider in a process, the first on the class path, at its first look-up.
 */
public final class HubAddressResolverProvider extends InetAddressResolverProvider {
    /**
     * A name that nobody else asks for: the JDK's look-up of it makes the JDK load its provider. It is answered here
     * and, where another provider was first, by no name server [RFC 6761 section 6.4].
     */
    private static final String PROBE = "provider-probe.jevent.invalid";

    private static volatile InetAddressResolver builtin;
    private static volatile boolean probed;

    /** For ServiceLoader. */
    public HubAddressResolverProvider() {}

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver own = configuration.builtinResolver();
        builtin = own;
        return new HubAddressResolver(own);
    }

    @Override
    public String name() {
        return "jevent";
    }

    /** Whether look-ups of greenlets come to their hub; false if another provider was first. Blocks at the first call. */
    public static boolean isInstalled() {
        return find() != null;
    }

    private static InetAddressResolver find() {
        if (builtin == null && !probed) {
            try {
                InetAddress.getAllByName(PROBE);
            } catch (UnknownHostException e) {
                // As it should be. What counts is that the JDK has its provider now.
            }
            probed = true;
        }
        return builtin;
    }

    static boolean isProbe(String host) {
        return host.equals(PROBE);
    }

    /** The service entry for resolvers. */
    public static final class Lookup implements SystemLookup {
        /** For ServiceLoader. */
        public Lookup() {}

        @Override
        public InetAddressResolver resolver() {
            InetAddressResolver own = find();
            // If another provider was first, no greenlet comes to the hub's resolver while it holds the JDK's lock.
            return own != null ? own : new Foreign();
        }
    }

    /** Asks whatever provider the JDK has. */
    private static final class Foreign implements InetAddressResolver {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
            return HubAddressResolver.select(host, InetAddress.getAllByName(host), policy);
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            InetAddress unnamed = InetAddress.getByAddress(address);
            String name = unnamed.getCanonicalHostName();
            if (name.equals(unnamed.getHostAddress())) {
                throw new UnknownHostException(name + ": no name");
            }
            return name;
        }
    }
}
