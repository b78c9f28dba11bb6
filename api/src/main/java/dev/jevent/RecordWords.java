package dev.jevent;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** The words of a text in presentation format [RFC 1035 section 5.1], one after the other. */
final class RecordWords {
    private final Resolver.Entry entry;
    private final List<String> words = new ArrayList<>();
    private int next;

    RecordWords(Resolver.Entry entry) {
        this.entry = entry;
        String data = entry.data();
        int at = 0;
        while (at < data.length()) {
            if (data.charAt(at) == ' ') {
                at++;
                continue;
            }
            int end = wordEnd(data, at);
            words.add(data.substring(at, end));
            at = end;
        }
    }

    private static int wordEnd(String data, int at) {
        boolean quoted = data.charAt(at) == '"';
        int end = quoted ? at + 1 : at;
        while (end < data.length() && data.charAt(end) != (quoted ? '"' : ' ')) {
            end += data.charAt(end) == '\\' ? 2 : 1;
        }
        return Math.min(data.length(), quoted ? end + 1 : end);
    }

    private String word() {
        if (next == words.size()) {
            throw wrong(null);
        }
        return words.get(next++);
    }

    /** @param four as four numbers, else of IPv6 */
    InetAddress address(boolean four) {
        String text = word();
        if (four ? text.chars().filter(c -> c == '.').count() != 3 : text.indexOf(':') < 0) {
            throw wrong(null);
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw wrong(e);
        }
    }

    int number(int most) {
        return (int) number((long) most);
    }

    long time() {
        return number(0xffff_ffffL);
    }

    private long number(long most) {
        try {
            long value = Long.parseLong(word());
            if (value >= 0 && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw wrong(e);
        }
        throw wrong(null);
    }

    /** Escapes stay: a dot in a label would else be one between labels. */
    String name() {
        String name = word();
        return name.endsWith(".") && !name.endsWith("\\.") ? name.substring(0, name.length() - 1) : name;
    }

    List<String> strings() {
        List<String> strings = new ArrayList<>();
        do {
            strings.add(string());
        } while (next < words.size());
        return List.copyOf(strings);
    }

    /** Without its quotes and escapes; a character for each byte. */
    String string() {
        String word = word();
        boolean quoted = word.startsWith("\"");
        if (quoted && (word.length() < 2 || !word.endsWith("\""))) {
            throw wrong(null);
        }
        StringBuilder text = new StringBuilder(word.length());
        for (int i = quoted ? 1 : 0, end = word.length() - (quoted ? 1 : 0); i < end; i++) {
            char c = word.charAt(i);
            if (c != '\\') {
                text.append(c);
            } else if (i + 3 < end && isDigits(word, i + 1)) {
                text.append((char) Integer.parseInt(word, i + 1, i + 4, 10));
                i += 3;
            } else if (i + 1 < end) {
                text.append(word.charAt(++i));
            } else {
                throw wrong(null);
            }
        }
        return text.toString();
    }

    private static boolean isDigits(String word, int at) {
        for (int i = at; i < at + 3; i++) {
            if (word.charAt(i) < '0' || word.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    String all() {
        next = words.size();
        return entry.data();
    }

    void end() {
        if (next < words.size()) {
            throw wrong(null);
        }
    }

    private IllegalArgumentException wrong(Exception cause) {
        return new IllegalArgumentException(
                "record of " + entry.name() + ": \"" + entry.data() + "\" (expected: the data of a record of type " + entry.type() + ")", cause);
    }
}
