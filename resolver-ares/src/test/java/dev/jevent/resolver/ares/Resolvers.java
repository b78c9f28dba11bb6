package dev.jevent.resolver.ares;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.jevent.Hub;
import dev.jevent.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Resolvers as tests want them: they ask the test's own name servers, and know nothing of the machine they run on. */
final class Resolvers {
    private static final Path NOWHERE = Path.of("no-such-file");

    private Resolvers() {}

    static Settings asking(NameServer... servers) {
        return Settings.process()
                .with(Settings.RESOLVER_NAMESERVERS, Arrays.stream(servers).map(NameServer::address).toList())
                .with(Settings.ARES_TIMEOUT, Duration.ofSeconds(10))
                .with(Settings.ARES_TRIES, 2);
    }

    static AresResolver open(Hub hub, Settings settings) {
        return open(hub, settings, NOWHERE, NOWHERE);
    }

    static AresResolver open(Hub hub, Settings settings, Path hosts, Path resolvConf) {
        assumeBuilt();
        return new AresResolver(hub, settings, new AresResolver.Files(hosts, resolvConf));
    }

    static AresResolver open(Hub hub, NameServer... servers) {
        return open(hub, asking(servers));
    }

    /** Skips a test where there was no compiler or no c-ares to build with, and for no other reason. */
    static void assumeBuilt() {
        String reason = Ares.LIBRARY.reason();
        assumeFalse(reason != null && reason.startsWith("built without native code"), reason);
    }

    static List<String> texts(List<java.net.InetAddress> addresses) {
        return addresses.stream().map(java.net.InetAddress::getHostAddress).toList();
    }
}
