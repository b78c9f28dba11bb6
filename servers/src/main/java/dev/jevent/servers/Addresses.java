package dev.jevent.servers;

import dev.jevent.Hub;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;

/** Addresses to listen on, from texts and to texts. */
final class Addresses {
    private static final String UNIX = "unix:";
    private static final int MOST_PORT = 65_535;

    private Addresses() {}

    /** @see Server#address */
    static SocketAddress parse(String text) {
        if (text.startsWith(UNIX)) {
            if (text.length() == UNIX.length()) {
                throw malformed(text);
            }
            return UnixDomainSocketAddress.of(text.substring(UNIX.length()));
        }
        int colon = text.lastIndexOf(':');
        int port = port(text, text.substring(colon + 1));
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.isEmpty() || host.equals("*")) {
            return new InetSocketAddress(port);
        }
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || host.indexOf(':') >= 0 != bracketed || host.chars().anyMatch(c -> c <= ' ' || c == '[' || c == ']')) {
            throw malformed(text);
        }
        return InetSocketAddress.createUnresolved(host, port);
    }

    private static int port(String text, String digits) {
        boolean number = !digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = number ? Integer.parseInt(digits) : -1;
        if (port < 0 || port > MOST_PORT) {
            throw malformed(text);
        }
        return port;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("address: \"" + text + "\" (expected: PORT, HOST:PORT, [IPV6]:PORT, *:PORT or " + UNIX
                + "PATH, with a port from 0 to " + MOST_PORT + ")");
    }

    /** {@code address} with its host looked up, if it has one that wasn't. May switch. */
    static SocketAddress resolved(SocketAddress address) throws UnknownHostException {
        if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
            return new InetSocketAddress(Hub.current().resolver().addresses(inet.getHostString()).getFirst(), inet.getPort());
        }
        return address;
    }

    /** As {@link #parse} reads it. */
    static String text(SocketAddress address) {
        return switch (address) {
            case UnixDomainSocketAddress unix -> UNIX + unix.getPath();
            case InetSocketAddress inet -> {
                String host = inet.isUnresolved() ? inet.getHostString() : inet.getAddress().getHostAddress();
                yield (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
            }
            default -> String.valueOf(address);
        };
    }
}
