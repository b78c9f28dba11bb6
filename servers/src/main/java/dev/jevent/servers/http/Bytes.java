package dev.jevent.servers.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** What bytes may stand where in a message, and how to get over many of them quickly. */
final class Bytes {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final byte TOKEN = 1;
    private static final byte TARGET = 2;
    private static final byte VALUE = 4;
    private static final byte[] KINDS = kinds();

    private Bytes() {}

    private static byte[] kinds() {
        byte[] kinds = new byte[256];
        for (int c = 0; c < 256; c++) {
            boolean visible = c > 0x20 && c < 0x7f;
            boolean letterOrDigit = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (letterOrDigit || visible && "!#$%&'*+-.^_`|~".indexOf(c) >= 0) {
                kinds[c] |= TOKEN;
            }
            if (visible && "\"#<>\\".indexOf(c) < 0) {
                kinds[c] |= TARGET;
            }
            if (visible || c >= 0x80 || c == ' ' || c == '\t') {
                kinds[c] |= VALUE;
            }
        }
        return kinds;
    }

    /** RFC 9110 5.6.2. */
    static boolean isToken(byte b) {
        return (KINDS[b & 0xff] & TOKEN) != 0;
    }

    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80 || (KINDS[c] & TOKEN) == 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Visible ASCII without what RFC 3986 has no place for in a request and some recipients treat as special. */
    static boolean isTarget(byte b) {
        return (KINDS[b & 0xff] & TARGET) != 0;
    }

    /** RFC 9110 5.5: also obs-text. */
    static boolean isValue(byte b) {
        return (KINDS[b & 0xff] & VALUE) != 0;
    }

    static boolean isValue(char c) {
        return c < 0x100 && (KINDS[c] & VALUE) != 0;
    }

    /** From {@code from} on, behind the bytes that may stand in a field's value; {@code end} if all of them may. */
    static int skipValue(byte[] bytes, int from, int end) {
        int i = from;
        while (i + 8 <= end) {
            long eight = (long) LONG.get(bytes, i);
            long below20 = (eight - 0x2020202020202020L) & ~eight;
            long del = eight ^ 0x7f7f7f7f7f7f7f7fL;
            del = (del - 0x0101010101010101L) & ~del;
            long suspect = (below20 | del) & 0x8080808080808080L; // may be too many behind the first, never too few
            if (suspect != 0) {
                i += Long.numberOfTrailingZeros(suspect) >>> 3;
                if (bytes[i] != '\t') {
                    return i;
                }
                i++;
            } else {
                i += 8;
            }
        }
        while (i < end && isValue(bytes[i])) {
            i++;
        }
        return i;
    }

    /** Eight bytes as one number, the first one lowest. */
    static long eight(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    /** Whether the bytes are {@code lower}, which is in lower case, in whatever case they are. */
    static boolean equalsIgnoreCase(byte[] bytes, int from, int to, String lower) {
        if (to - from != lower.length()) {
            return false;
        }
        for (int i = 0; i < lower.length(); i++) {
            if (lower(bytes[from + i]) != lower.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b & 0xff;
    }

    static int lower(char c) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }

    /** The value of a hexadecimal digit, or -1. */
    static int hex(int c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int lower = c | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }
}
