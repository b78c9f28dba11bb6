package dev.jevent.resolver.ares;

import java.util.Locale;

/** Names and numbers of record types. */
final class RecordTypes {
    static final int A = 1;
    static final int NS = 2;
    static final int CNAME = 5;
    static final int SOA = 6;
    static final int PTR = 12;
    static final int MX = 15;
    static final int TXT = 16;
    static final int AAAA = 28;
    static final int SRV = 33;
    static final int NAPTR = 35;
    static final int OPT = 41;
    static final int CAA = 257;

    private RecordTypes() {}

    /** @throws IllegalArgumentException if there is no such type, or a question can't ask for it */
    static int number(String type) {
        String name = type.toUpperCase(Locale.ROOT);
        return switch (name) {
            case "A" -> A;
            case "NS" -> NS;
            case "CNAME" -> CNAME;
            case "SOA" -> SOA;
            case "PTR" -> PTR;
            case "MX" -> MX;
            case "TXT" -> TXT;
            case "AAAA" -> AAAA;
            case "SRV" -> SRV;
            case "NAPTR" -> NAPTR;
            case "CAA" -> CAA;
            default -> unnamed(type, name);
        };
    }

    /** {@code TYPE65} [RFC 3597 section 5]; those of 128 and more up to 255, and OPT, are no types of records. */
    private static int unnamed(String type, String name) {
        if (name.startsWith("TYPE")) {
            try {
                int number = Integer.parseInt(name, 4, name.length(), 10);
                if (number > 0 && number <= 65_535 && number != OPT && (number < 128 || number > 255)) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // said below
            }
        }
        throw new IllegalArgumentException("type: " + type
                + " (expected: A, AAAA, CNAME, MX, TXT, SRV, PTR, NS, SOA, NAPTR, CAA, or a number as in TYPE65)");
    }

    static String name(int type) {
        return switch (type) {
            case A -> "A";
            case NS -> "NS";
            case CNAME -> "CNAME";
            case SOA -> "SOA";
            case PTR -> "PTR";
            case MX -> "MX";
            case TXT -> "TXT";
            case AAAA -> "AAAA";
            case SRV -> "SRV";
            case NAPTR -> "NAPTR";
            case CAA -> "CAA";
            default -> "TYPE" + type;
        };
    }
}
