package dev.jevent.io.tls;

import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;

/** Names of servers as TLS has them. */
final class ServerNames {
    private ServerNames() {}

    /** What a client tells: nothing if {@code host} is an address, or no name that TLS could tell. */
    static List<SNIServerName> of(String host) {
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        boolean address = name.indexOf(':') >= 0 || name.isEmpty() || isNumber(name.substring(name.lastIndexOf('.') + 1));
        try {
            return address ? List.of() : List.of(new SNIHostName(name));
        } catch (IllegalArgumentException e) { // such as my_host, which is a name for resolvers, but none for TLS
            return List.of();
        }
    }

    /** The host name among {@code names}; {@code otherwise} if there is none. @param names may be null */
    static String host(Iterable<SNIServerName> names, String otherwise) {
        if (names != null) {
            for (SNIServerName name : names) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName();
                }
            }
        }
        return otherwise;
    }

    private static boolean isNumber(String label) {
        return !label.isEmpty() && label.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Whether a name on a list, {@code shop.example} or {@code *.example}, is that of {@code host}. */
    static boolean matches(String pattern, String host) {
        if (!pattern.startsWith("*.")) {
            return pattern.equalsIgnoreCase(host);
        }
        int dot = host.indexOf('.');
        return dot > 0 && pattern.substring(1).equalsIgnoreCase(host.substring(dot));
    }
}
