package dev.jevent;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the values of settings from texts. A class of its own, since most programs set nothing and never load it. */
final class SettingTexts {
    private SettingTexts() {}

    /**
     * The value that {@code text} means, of the type that {@code like} has.
     *
     * @throws IllegalArgumentException with what is expected as its message
     */
    @SuppressWarnings("unchecked") // each branch returns the type that it asked for
    static <T> T parse(T like, String text) {
        return (T) switch (like) {
            case List<?> names -> list(text);
            case Integer number -> number(text, Math.min(number, 1));
            case Long bytes -> bytes(text);
            case Boolean flag -> flag(text);
            case Duration duration -> duration(text);
            default -> throw new IllegalStateException("settings have no values like " + like);
        };
    }

    private static List<String> list(String text) {
        List<String> names = new ArrayList<>();
        for (String name : text.split(",")) {
            if (!name.isBlank()) {
                names.add(name.strip());
            }
        }
        if (names.isEmpty() && !text.isEmpty()) {
            throw new IllegalArgumentException("names separated by commas");
        }
        return List.copyOf(names);
    }

    /** @param least 1, or 0 where that is the default: it means that something else decides */
    private static Integer number(String text, int least) {
        try {
            int value = Integer.parseInt(text);
            if (value >= least) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(least == 0 ? "a number >= 0" : "a number > 0");
    }

    private static final Pattern BYTES = Pattern.compile("(\\d{1,15})\\s*([kmg]b)?");

    /** [F-CFG-03] */
    private static Long bytes(String text) {
        Matcher matcher = BYTES.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("bytes >= 0, as 100000, 512 kb, 200 MB or 4GB");
        }
        int shift = switch (matcher.group(2)) {
            case "kb" -> 10;
            case "mb" -> 20;
            case "gb" -> 30;
            case null, default -> 0;
        };
        return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    }

    private static Boolean flag(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "1", "true", "on", "yes" -> true;
            case "0", "false", "off", "no", "" -> false;
            default -> throw new IllegalArgumentException("1, true, on, yes or 0, false, off, no");
        };
    }

    /** Seconds as a decimal number, or ISO-8601 as {@link Duration#parse} has it. */
    private static Duration duration(String text) {
        try {
            Duration value = text.startsWith("P") || text.startsWith("p")
                    ? Duration.parse(text)
                    : Duration.ofNanos(new BigDecimal(text).scaleByPowerOfTen(9).longValueExact());
            if (!value.isNegative()) {
                return value;
            }
        } catch (ArithmeticException | NumberFormatException | DateTimeParseException e) {
            // said below
        }
        throw new IllegalArgumentException("seconds >= 0, as 2 or 0.25, or ISO-8601 as PT2S");
    }
}
