package dev.jevent.spi;

import java.net.IDN;
import java.net.InetAddress;

/** What every resolver makes of the text it is given as a host, before it asks anybody. [F-DNS-03, B-DNS-07] */
public final class HostNames {
    /** Characters of a name without its final dot [RFC 1035 section 2.3.4, in its textual form]. */
    private static final int MOST_CHARACTERS = 253;

    private static final int MOST_IN_LABEL = 63;

    private HostNames() {}

    /**
     * The address that {@code host} is the text of, or null if it is a name. IPv4 only as four decimal numbers without
     * leading zeros: what else ends in a number ({@code 127.1}, {@code 0x7f000001}, {@code 010.0.0.1}) means one
     * address to some systems and another, or none, to others. IPv6 also in brackets and with a scope.
     *
     * @throws IllegalArgumentException if it looks like an address and is none
     */
    public static InetAddress literal(String host) {
        boolean bracketed = host.length() > 2 && host.charAt(0) == '[' && host.charAt(host.length() - 1) == ']';
        if (bracketed || host.indexOf(':') >= 0) {
            return ipv6(host, bracketed ? host.substring(1, host.length() - 1) : host);
        }
        if (!endsInNumber(host)) {
            return null;
        }
        if (!isDottedQuad(host)) {
            throw bad(host, "an IPv4 address as four numbers from 0 to 255, or a name whose last label is not a number");
        }
        return InetAddress.ofLiteral(host);
    }

    private static InetAddress ipv6(String host, String address) {
        if (address.indexOf(':') >= 0) {
            try {
                return InetAddress.ofLiteral(address);
            } catch (IllegalArgumentException e) {
                // said below
            }
        }
        throw bad(host, "an IPv6 address, with a scope of this machine if it has one");
    }

    /** Whether the last label is a decimal, octal or hexadecimal number to some system. */
    private static boolean endsInNumber(String host) {
        int end = host.endsWith(".") ? host.length() - 1 : host.length();
        int start = host.lastIndexOf('.', end - 1) + 1;
        if (start == end) {
            return false;
        }
        boolean hexadecimal = end - start >= 2 && host.charAt(start) == '0' && (host.charAt(start + 1) | 0x20) == 'x';
        for (int i = hexadecimal ? start + 2 : start; i < end; i++) {
            if (Character.digit(host.charAt(i), hexadecimal ? 16 : 10) < 0 || host.charAt(i) > 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDottedQuad(String host) {
        int numbers = 0;
        int value = -1;
        for (int i = 0; i <= host.length(); i++) {
            char c = i < host.length() ? host.charAt(i) : '.';
            if (c == '.') {
                if (value < 0 || ++numbers > 4) {
                    return false;
                }
                value = -1;
            } else if (value == 0) {
                return false; // a leading zero
            } else {
                value = Math.max(value, 0) * 10 + c - '0';
                if (c < '0' || c > '9' || value > 255) {
                    return false;
                }
            }
        }
        return numbers == 4;
    }

    /**
     * The name to ask for: {@code host} itself, or its form in ASCII letters [RFC 3490]. A final dot stays.
     *
     * @throws IllegalArgumentException if it can be no host name: too long, an empty or overlong label, a control
     *     character or space, letters that no domain can have
     */
    public static String ascii(String host) {
        String name = host;
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c <= ' ' || c == 0x7f) {
                throw bad(host, "a name without spaces and control characters, not U+" + hex(c) + " at " + i);
            }
            if (c > 0x7f && name == host) {
                name = null;
            }
        }
        if (name == null) {
            try {
                name = IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        bad(host, "a name that has an ASCII form").getMessage() + ": " + e.getMessage(), e);
            }
            if (endsInNumber(name)) {
                throw bad(host, "a name, not other letters for " + name);
            }
        }
        checkLengths(host, name);
        return name;
    }

    private static void checkLengths(String host, String name) {
        int end = name.endsWith(".") ? name.length() - 1 : name.length();
        if (end > MOST_CHARACTERS) {
            throw new IllegalArgumentException(
                    "host: " + shown(host) + ", of " + end + " characters (expected: at most " + MOST_CHARACTERS + ")");
        }
        int start = 0;
        while (start <= end) {
            int dot = name.indexOf('.', start);
            int labelEnd = dot < 0 ? end : dot;
            int length = labelEnd - start;
            if (length == 0 || length > MOST_IN_LABEL) {
                throw bad(host, "labels of 1 to " + MOST_IN_LABEL + " characters between dots, not of " + length);
            }
            start = labelEnd + 1;
        }
    }

    private static IllegalArgumentException bad(String host, String expected) {
        return new IllegalArgumentException("host: " + shown(host) + " (expected: " + expected + ")");
    }

    /** Short, and without characters that would forge lines in a log. */
    private static String shown(String host) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < host.length(); i++) {
            if (i == 64) {
                return text.append("\"…").toString();
            }
            char c = host.charAt(i);
            if (Character.isISOControl(c)) {
                text.append("\\u").append(hex(c));
            } else {
                text.append(c);
            }
        }
        return text.append('"').toString();
    }

    private static String hex(char c) {
        String digits = Integer.toHexString(c);
        return "0".repeat(4 - digits.length()) + digits;
    }
}
