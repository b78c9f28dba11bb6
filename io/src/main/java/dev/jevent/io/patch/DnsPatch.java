package dev.jevent.io.patch;

import java.net.spi.InetAddressResolverProvider;
import java.util.ServiceLoader;

/**
 * On by the class path: the JDK takes the first {@link InetAddressResolverProvider} that it finds there, at its first look-up,
 * and the module hub has one.
 */
final class DnsPatch extends Patch.Fixed {
    private static final String OURS = "dev.jevent.hub.";

    /** With it the JDK asks no provider. */
    private static final String HOSTS_FILE = "jdk.net.hosts.file";

    DnsPatch() {
        super("dns", "InetAddress look-ups, by the hub's resolver", null);
    }

    /** The class that the JDK takes, or has taken; null if it has only its own. */
    private static String first() {
        return ServiceLoader.load(InetAddressResolverProvider.class, ClassLoader.getSystemClassLoader()).stream()
                .findFirst().map(provider -> provider.type().getName()).orElse(null); // named, not made
    }

    @Override
    public boolean isOn() {
        return obstacle() == null;
    }

    @Override
    public String obstacle() {
        if (System.getProperty(HOSTS_FILE) != null) {
            return "the system property " + HOSTS_FILE + " is set, so the JDK asks no provider";
        }
        String first = first();
        if (first == null) {
            return "jevent-hub is not on the system's class path";
        }
        return first.startsWith(OURS) ? null : "the JDK takes one provider of look-ups, and " + first
                + " is first on the class path: put jevent-hub before it";
    }
}
