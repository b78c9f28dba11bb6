package dev.jevent.resolver.ares;

import dev.jevent.Settings;
import dev.jevent.spi.HostNames;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What is asked, and how often: the settings as c-ares takes them.
 *
 * @param servers as {@code HOST:PORT,…}; empty: those of resolv.conf
 * @param ndots 0: the default, as for the next two
 * @param resolvConf another one; empty: the system's
 */
record Configuration(
        String servers, int flags, int timeoutMillis, int tries, int ndots, int udpPort, int tcpPort, String resolvConf) {
    /** Those of later releases of c-ares: 2, 4 and 8 seconds with one name server. Earlier ones wait for 75 seconds in all. */
    private static final int SECONDS = 2;

    private static final int TRIES = 3;

    /** @throws IllegalArgumentException naming the setting, its value and what is expected */
    static Configuration of(Settings settings, String resolvConf) {
        List<String> servers = new ArrayList<>();
        for (String server : settings.get(Settings.RESOLVER_NAMESERVERS)) {
            servers.add(server(server, port(Settings.ARES_UDP_PORT, settings)));
        }
        int timeout = millis(settings.get(Settings.ARES_TIMEOUT));
        int tries = settings.get(Settings.ARES_TRIES);
        return new Configuration(
                String.join(",", servers),
                flags(settings.get(Settings.ARES_FLAGS)),
                timeout != 0 ? timeout : 1000 * option(resolvConf, "timeout:", 30, SECONDS),
                tries != 0 ? tries : option(resolvConf, "attempts:", 5, TRIES),
                settings.get(Settings.ARES_NDOTS),
                port(Settings.ARES_UDP_PORT, settings),
                port(Settings.ARES_TCP_PORT, settings),
                resolvConf);
    }

    /** {@code 9.9.9.9}, {@code 127.0.0.1:5353}, {@code 2620:fe::fe}, {@code [::1]:5353} as c-ares takes it. */
    private static String server(String text, int defaultPort) {
        String host = text;
        String port = null;
        int colon = text.lastIndexOf(':');
        if (text.startsWith("[") && text.indexOf(']') > 0) {
            int bracket = text.indexOf(']');
            host = text.substring(1, bracket);
            port = bracket + 1 == text.length() ? null : colon == bracket + 1 ? text.substring(colon + 1) : "";
        } else if (colon >= 0 && text.indexOf(':') == colon) {
            host = text.substring(0, colon);
            port = text.substring(colon + 1);
        }
        try {
            boolean six = InetAddress.ofLiteral(host).getAddress().length == 16;
            if (host.indexOf('%') < 0 && (port == null || isPort(port))) {
                if (six) { // c-ares doesn't take one without a port
                    return "[" + host + "]:" + (port != null ? port : defaultPort != 0 ? defaultPort : 53);
                }
                return host + (port == null ? "" : ":" + port);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IllegalArgumentException(Settings.RESOLVER_NAMESERVERS.property() + ": \"" + text
                + "\" (expected: an address, with a port or without, as 9.9.9.9, 127.0.0.1:5353 or [::1]:5353)");
    }

    private static boolean isPort(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return false;
        }
        int port = Integer.parseInt(text);
        return port > 0 && port <= 65_535;
    }

    private static int flags(List<String> names) {
        int flags = Ares.EDNS;
        for (String name : names) {
            switch (name) {
                case "usevc" -> flags |= Ares.USEVC;
                case "primary" -> flags |= Ares.PRIMARY;
                case "igntc" -> flags |= Ares.IGNTC;
                case "norecurse" -> flags |= Ares.NORECURSE;
                case "stayopen" -> flags |= Ares.STAYOPEN;
                case "rotate" -> flags |= Ares.ROTATE;
                case "noedns" -> flags &= ~Ares.EDNS;
                default -> throw new IllegalArgumentException(Settings.ARES_FLAGS.property() + ": \"" + name
                        + "\" (expected: of usevc, primary, igntc, norecurse, stayopen, rotate, noedns)");
            }
        }
        return flags;
    }

    /** What resolv.conf says after {@code options}, which c-ares knows by older names only. */
    private static int option(String resolvConf, String option, int most, int otherwise) {
        int value = otherwise;
        try {
            for (String line : Files.readAllLines(Path.of(resolvConf), StandardCharsets.ISO_8859_1)) {
                String[] words = line.strip().split("\\s+");
                for (int i = 1; words[0].equals("options") && i < words.length; i++) {
                    if (words[i].matches(option + "\\d{1,9}")) {
                        value = Math.clamp(Integer.parseInt(words[i], option.length(), words[i].length(), 10), 1, most);
                    }
                }
            }
        } catch (IOException e) {
            // There is none, then.
        }
        return value;
    }

    private static int millis(Duration timeout) {
        if (timeout.isZero()) {
            return 0;
        }
        long millis = timeout.plusNanos(999_999).toMillis();
        if (millis > 3_600_000) {
            throw new IllegalArgumentException(Settings.ARES_TIMEOUT.property() + ": " + timeout + " (expected: at most an hour)");
        }
        return (int) millis;
    }

    private static int port(Settings.Key<Integer> key, Settings settings) {
        int port = settings.get(key);
        if (port > 65_535) {
            throw new IllegalArgumentException(key.property() + ": " + port + " (expected: a port, 1 to 65535)");
        }
        return port;
    }

    /**
     * What c-ares made of it and of resolv.conf.
     *
     * @param servers as they are asked: {@code 127.0.0.1:53}
     * @param domains that are put behind a short name
     */
    record InForce(int ndots, int timeoutMillis, int tries, List<String> servers, List<String> domains) {
        static InForce parse(String lines) {
            int ndots = 1;
            int timeout = 5000;
            int tries = 4;
            List<String> servers = new ArrayList<>();
            List<String> domains = new ArrayList<>();
            for (String line : lines.split("\n")) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case "ndots" -> ndots = Integer.parseInt(words[1]);
                    case "timeout" -> timeout = Integer.parseInt(words[1]);
                    case "tries" -> tries = Integer.parseInt(words[1]);
                    case "server" -> servers.add((words[1].indexOf(':') < 0 ? words[1] : "[" + words[1] + "]") + ":" + words[2]);
                    case "domain" -> addDomain(words.length > 1 ? words[1] : "", domains);
                    default -> throw new IllegalStateException("configuration: " + line);
                }
            }
            return new InForce(ndots, timeout, tries, List.copyOf(servers), List.copyOf(domains));
        }

        /** Nothing if no name can end so. The root, which systemd writes where there is no domain, is none either. */
        private static void addDomain(String text, List<String> domains) {
            String domain = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
            try {
                domains.add(HostNames.ascii(domain));
            } catch (IllegalArgumentException e) {
                // What follows it is searched all the same.
            }
        }
    }
}
