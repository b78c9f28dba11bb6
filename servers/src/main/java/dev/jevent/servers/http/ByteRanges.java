package dev.jevent.servers.http;

import java.util.ArrayList;
import java.util.List;

/** The Range field of a request, for something of a known length. */
final class ByteRanges {
    /** More than so many, or any that overlap, are answered with all of it: they would cost more than that. */
    private static final int MOST = 16;

    /** @param last inclusive */
    record Range(long first, long last) {
        long length() {
            return last - first + 1;
        }
    }

    private ByteRanges() {}

    /**
     * RFC 9110 14.1.2.
     *
     * @return those that can be satisfied, in the order they were asked for; empty if none can; null if the field is to be ignored
     */
    static List<Range> parse(String field, long size) {
        if (!field.regionMatches(true, 0, "bytes=", 0, 6)) {
            return null;
        }
        List<Range> ranges = new ArrayList<>();
        int asked = 0;
        for (String part : field.substring(6).split(",", -1)) {
            String spec = part.strip();
            if (spec.isEmpty()) {
                continue; // RFC 9110 5.6.1: empty elements of a list are ignored
            }
            int dash = spec.indexOf('-');
            if (dash < 0 || ++asked > MOST) {
                return null;
            }
            long first = number(spec.substring(0, dash));
            long last = number(spec.substring(dash + 1));
            if (first == BAD || last == BAD || first == NONE && last == NONE || first != NONE && last != NONE && last < first) {
                return null;
            }
            if (first == NONE) {
                if (last > 0 && size > 0) {
                    ranges.add(new Range(Math.max(0, size - last), size - 1));
                }
            } else if (first < size) {
                ranges.add(new Range(first, last == NONE ? size - 1 : Math.min(last, size - 1)));
            }
        }
        return asked == 0 || overlap(ranges) ? null : ranges;
    }

    private static final long NONE = -1;
    private static final long BAD = -2;

    /** What is too large for a long is larger than any file. */
    private static long number(String digits) {
        if (digits.isEmpty()) {
            return NONE;
        }
        long number = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return BAD;
            }
            number = number > Long.MAX_VALUE / 10 - 1 ? Long.MAX_VALUE / 10 : 10 * number + c - '0';
        }
        return number;
    }

    private static boolean overlap(List<Range> ranges) {
        for (int i = 0; i < ranges.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (ranges.get(i).first <= ranges.get(j).last && ranges.get(j).first <= ranges.get(i).last) {
                    return true;
                }
            }
        }
        return false;
    }
}
