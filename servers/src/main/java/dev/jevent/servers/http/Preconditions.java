package dev.jevent.servers.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;

/** The fields of a request that make it conditional, against the state of what it is for: RFC 9110 13. */
final class Preconditions {
    private static final List<DateTimeFormatter> DATES = List.of(
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US),
            new DateTimeFormatterBuilder() // RFC 850's, with two digits for the year
                    .appendPattern("EEEE, dd-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, LocalDateTime.now(ZoneOffset.UTC).getYear() - 50)
                    .appendPattern(" HH:mm:ss 'GMT'")
                    .toFormatter(Locale.US),
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.US)); // asctime's

    private Preconditions() {}

    /** 0: go on; else 304 or 412 (13.2.2). */
    static int evaluate(HttpExchange exchange, String tag, Instant modified) {
        boolean get = exchange.method().equals("GET") || exchange.method().equals("HEAD");
        String ifMatch = exchange.header("If-Match");
        if (ifMatch != null) {
            if (!matches(ifMatch, tag, true)) {
                return 412;
            }
        } else {
            Instant unmodifiedSince = date(exchange.header("If-Unmodified-Since"));
            if (unmodifiedSince != null && seconds(modified) > seconds(unmodifiedSince)) {
                return 412;
            }
        }
        String ifNoneMatch = exchange.header("If-None-Match");
        if (ifNoneMatch != null) {
            if (matches(ifNoneMatch, tag, false)) {
                return get ? 304 : 412;
            }
        } else if (get) {
            Instant modifiedSince = date(exchange.header("If-Modified-Since"));
            if (modifiedSince != null && seconds(modified) <= seconds(modifiedSince)) {
                return 304;
            }
        }
        return 0;
    }

    /** Whether a Range is to be obeyed (13.1.5): what the client has of it is still the same. */
    static boolean isSameAsBefore(HttpExchange exchange, String tag, Instant modified) {
        String ifRange = exchange.header("If-Range");
        if (ifRange == null) {
            return true;
        }
        if (ifRange.startsWith("\"") || ifRange.startsWith("W/")) {
            return !tag.startsWith("W/") && ifRange.equals(tag);
        }
        Instant date = date(ifRange);
        return date != null && seconds(date) == seconds(modified);
    }

    private static long seconds(Instant time) {
        return time.getEpochSecond();
    }

    private static boolean matches(String list, String tag, boolean strongly) {
        if (list.strip().equals("*")) {
            return true;
        }
        if (strongly && tag.startsWith("W/")) {
            return false;
        }
        String opaque = tag.substring(tag.indexOf('"'));
        int at = 0;
        while (at < list.length()) {
            char c = list.charAt(at);
            if (c == ',' || c == ' ' || c == '\t') {
                at++;
                continue;
            }
            boolean weak = list.startsWith("W/", at);
            int begin = weak ? at + 2 : at;
            int end = begin < list.length() && list.charAt(begin) == '"' ? list.indexOf('"', begin + 1) : -1;
            if (end < 0) {
                return false; // no tag: the rest cannot be read
            }
            if (!(strongly && weak) && list.substring(begin, end + 1).equals(opaque)) {
                return true;
            }
            at = end + 1;
        }
        return false;
    }

    /** In any of the three forms of RFC 9110 5.6.7; null if it is none. */
    static Instant date(String text) {
        if (text != null) {
            for (DateTimeFormatter form : DATES) {
                try {
                    return LocalDateTime.parse(text, form).toInstant(ZoneOffset.UTC);
                } catch (DateTimeException e) {
                    // perhaps the next form
                }
            }
        }
        return null;
    }
}
