package dev.jevent.resolver.ares;

import static dev.jevent.resolver.ares.RecordTypes.A;
import static dev.jevent.resolver.ares.RecordTypes.AAAA;
import static dev.jevent.resolver.ares.RecordTypes.CAA;
import static dev.jevent.resolver.ares.RecordTypes.CNAME;
import static dev.jevent.resolver.ares.RecordTypes.MX;
import static dev.jevent.resolver.ares.RecordTypes.NAPTR;
import static dev.jevent.resolver.ares.RecordTypes.NS;
import static dev.jevent.resolver.ares.RecordTypes.OPT;
import static dev.jevent.resolver.ares.RecordTypes.PTR;
import static dev.jevent.resolver.ares.RecordTypes.SOA;
import static dev.jevent.resolver.ares.RecordTypes.SRV;
import static dev.jevent.resolver.ares.RecordTypes.TXT;

import java.util.ArrayList;
import java.util.List;

/**
 * Messages of DNS [RFC 1035 section 4]: makes those with one question, and reads answers as strictly as they come from
 * anybody. What it allocates is bounded by the bytes that are there, never by what they claim.
 */
final class Message {
    static final int HEADER = 12;

    /** The largest datagram that is asked for: it passes everywhere unfragmented. */
    static final int DATAGRAM = 1232;

    /** An OPT record that says so [RFC 6891], which ends a message. */
    private static final byte[] EDNS = {0, 0, OPT, (byte) (DATAGRAM >> 8), (byte) DATAGRAM, 0, 0, 0, 0, 0, 0};

    private static final int CLASS_IN = 1;

    /** A pointer to the question's name, as most records begin. */
    private static final int QUESTION_NAME = 0xc000 | HEADER;

    private static final int MOST_IN_NAME = 255;
    private static final int MOST_POINTERS = 126; // a name has at most as many labels, and a pointer replaces one at least

    private static final Answer.Entry[] NONE = {};

    /** The message is not what it should be. One instance: nobody asks it for its stack. */
    static final class Malformed extends Exception {
        private static final Malformed INSTANCE = new Malformed();

        private Malformed() {
            super("malformed", null, false, false);
        }
    }

    private final byte[] bytes;
    private final int end;
    private final String asked;
    private int at = HEADER;
    private final StringBuilder text = new StringBuilder();

    private Message(byte[] bytes, int length, String asked) {
        this.bytes = bytes;
        this.end = length;
        this.asked = asked;
    }

    // ---- questions ----

    /**
     * A question.
     *
     * @param name in ASCII, checked, with or without a final dot; the empty one is the root
     */
    static byte[] question(int id, String name, int type, boolean recursion, boolean edns) {
        int length = name.endsWith(".") ? name.length() - 1 : name.length();
        byte[] message = new byte[HEADER + (length == 0 ? 1 : length + 2) + 4 + (edns ? EDNS.length : 0)];
        putShort(message, 0, id);
        message[2] = (byte) (recursion ? 1 : 0);
        message[5] = 1;
        int at = HEADER;
        int start = 0;
        while (start < length) {
            int dot = name.indexOf('.', start);
            int labelEnd = dot < 0 || dot > length ? length : dot;
            message[at++] = (byte) (labelEnd - start);
            while (start < labelEnd) {
                message[at++] = (byte) name.charAt(start++);
            }
            start++;
        }
        at++; // the root
        putShort(message, at, type);
        putShort(message, at + 2, CLASS_IN);
        if (edns) {
            message[11] = 1;
            System.arraycopy(EDNS, 0, message, at + 4, EDNS.length);
        }
        return message;
    }

    private static void putShort(byte[] message, int at, int value) {
        message[at] = (byte) (value >> 8);
        message[at + 1] = (byte) value;
    }

    /** Whether {@code message}, a question, ends in an OPT record. */
    static boolean hasEdns(byte[] message) {
        return message[11] == 1;
    }

    /** What a server would answer to {@code question} that says: too long for a datagram. */
    static byte[] truncated(byte[] question) {
        byte[] answer = question.clone();
        answer[2] |= (byte) 0x82; // an answer, truncated
        return answer;
    }

    /** What a server would answer to {@code question} that doesn't know OPT records, and says so. */
    static byte[] withoutEdns(byte[] question) {
        byte[] answer = java.util.Arrays.copyOf(question, question.length - EDNS.length);
        answer[2] |= (byte) 0x80;
        answer[3] = Answer.FORMAT_ERROR;
        answer[11] = 0;
        return answer;
    }

    // ---- answers ----

    static int id(byte[] bytes) {
        return (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
    }

    static boolean isTruncated(byte[] bytes) {
        return (bytes[2] & 2) != 0;
    }

    static int code(byte[] bytes) {
        return bytes[3] & 15;
    }

    /** Whether {@code bytes} is an answer to {@code question}: its number, an ordinary query, and the question repeated. */
    static boolean answers(byte[] bytes, int length, byte[] question) {
        if (length < HEADER || bytes[0] != question[0] || bytes[1] != question[1] || (bytes[2] & 0xf8) != 0x80) {
            return false;
        }
        int questionEnd = question.length - (hasEdns(question) ? EDNS.length : 0);
        if (bytes[4] != 0 || bytes[5] != 1 || length < questionEnd) {
            return false;
        }
        for (int i = HEADER; i < questionEnd; i++) {
            if (bytes[i] != question[i] && (i >= questionEnd - 4 || lower(bytes[i]) != lower(question[i]))) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code bytes} is what a server says that cannot even repeat a question with an OPT record. */
    static boolean isBareFormatError(byte[] bytes, int length, byte[] question) {
        return length == HEADER && bytes[0] == question[0] && bytes[1] == question[1] && (bytes[2] & 0xf8) == 0x80
                && code(bytes) == Answer.FORMAT_ERROR && bytes[4] == 0 && bytes[5] == 0;
    }

    private static int lower(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? letter | 0x20 : letter;
    }

    /**
     * Reads an answer to {@code question}, which {@link #answers} it.
     *
     * @param asked the question's name, which records of that name have, too, as it is
     * @throws Malformed if any of its bytes make no sense
     */
    static Answer parse(byte[] bytes, int length, byte[] question, String asked) throws Malformed {
        Message message = new Message(bytes, length, asked);
        try {
            message.at = question.length - (hasEdns(question) ? EDNS.length : 0);
            return message.parse();
        } catch (ArrayIndexOutOfBoundsException e) {
            throw Malformed.INSTANCE;
        }
    }

    private Answer parse() throws Malformed {
        int answers = getShort(6);
        int authorities = getShort(8);
        int others = getShort(10);
        List<Answer.Entry> entries = null;
        for (int i = 0; i < answers; i++) {
            Answer.Entry entry = entry();
            if (entry != null) {
                if (entries == null) {
                    entries = new ArrayList<>(Math.min(answers, 8));
                }
                entries.add(entry);
            }
        }
        long negative = -1;
        for (int i = 0; i < authorities; i++) {
            negative = Math.max(negative, authority());
        }
        for (int i = 0; i < others; i++) {
            skipEntry();
        }
        if (at != end) {
            throw Malformed.INSTANCE;
        }
        return new Answer(code(bytes), entries == null ? NONE : entries.toArray(NONE), negative, end);
    }

    /** Null for one of another class. */
    private Answer.Entry entry() throws Malformed {
        String name = getShort(at) == QUESTION_NAME ? asked : name(at);
        at = nameEnd(at);
        int type = getShort(at);
        int dnsClass = getShort(at + 2);
        long ttl = ttl(at + 4);
        int length = getShort(at + 8);
        at += 10;
        int dataEnd = at + length;
        if (dataEnd > end) {
            throw Malformed.INSTANCE;
        }
        Object data = data(type, at, dataEnd);
        at = dataEnd;
        return dnsClass == CLASS_IN ? new Answer.Entry(name, type, ttl, data) : null;
    }

    private void skipEntry() throws Malformed {
        at = nameEnd(at);
        int length = getShort(at + 8);
        at += 10 + length;
        if (at > end) {
            throw Malformed.INSTANCE;
        }
    }

    /** Of a SOA record, for how long an answer without records holds; else -1. */
    private long authority() throws Malformed {
        int fixed = nameEnd(at);
        skipEntry();
        if (getShort(fixed) != SOA) {
            return -1;
        }
        int numbers = nameEnd(nameEnd(fixed + 10));
        if (numbers + 20 != at) {
            throw Malformed.INSTANCE;
        }
        return Math.min(ttl(fixed + 4), ttl(numbers + 16));
    }

    /** What has its highest bit set counts as zero [RFC 2181 section 8]. */
    private long ttl(int at) throws Malformed {
        int value = getInt(at);
        return Math.max(value, 0);
    }

    private int getByte(int at) throws Malformed {
        if (at >= end) {
            throw Malformed.INSTANCE;
        }
        return bytes[at] & 0xff;
    }

    private int getShort(int at) throws Malformed {
        return getByte(at) << 8 | getByte(at + 1);
    }

    private int getInt(int at) throws Malformed {
        return getShort(at) << 16 | getShort(at + 2);
    }

    // ---- names ----

    /** Where the bytes of the name at {@code at} end. */
    private int nameEnd(int at) throws Malformed {
        while (true) {
            int length = getByte(at);
            if (length == 0) {
                return at + 1;
            }
            if (length >= 0xc0) {
                getByte(at + 1);
                return at + 2;
            }
            if (length > 63) {
                throw Malformed.INSTANCE;
            }
            at += 1 + length;
        }
    }

    /**
     * A name as text without a final dot; what would be taken for something else is escaped [RFC 1035 section 5.1]. A pointer
     * leads back, never to itself or forward, so that there is no loop.
     */
    private String name(int at) throws Malformed {
        text.setLength(0);
        int total = 1;
        int pointers = 0;
        int lowest = at;
        while (true) {
            int length = getByte(at);
            if (length == 0) {
                break;
            }
            if (length >= 0xc0) {
                at = (length & 0x3f) << 8 | getByte(at + 1);
                if (at < HEADER || at >= lowest || ++pointers > MOST_POINTERS) {
                    throw Malformed.INSTANCE;
                }
                lowest = at;
                continue;
            }
            total += 1 + length;
            if (length > 63 || total > MOST_IN_NAME) {
                throw Malformed.INSTANCE;
            }
            if (!text.isEmpty()) {
                text.append('.');
            }
            for (int i = 1; i <= length; i++) {
                escaped(getByte(at + i), ".\\\"();@$ ");
            }
            at += 1 + length;
        }
        return text.toString();
    }

    private void escaped(int letter, String special) {
        if (letter < ' ' || letter >= 0x7f) {
            text.append('\\');
            for (int power = 100; power > 0; power /= 10) {
                text.append((char) ('0' + letter / power % 10));
            }
        } else if (special.indexOf(letter) >= 0) {
            text.append('\\').append((char) letter);
        } else {
            text.append((char) letter);
        }
    }

    // ---- data ----

    private Object data(int type, int from, int to) throws Malformed {
        switch (type) {
            case A:
            case AAAA:
                if (to - from != (type == A ? 4 : 16)) {
                    throw Malformed.INSTANCE;
                }
                return java.util.Arrays.copyOfRange(bytes, from, to);
            case CNAME:
            case NS:
            case PTR:
                return lastName(from, to);
            case MX:
                return getShort(from) + " " + lastName(from + 2, to) + ".";
            case SRV:
                return getShort(from) + " " + getShort(from + 2) + " " + getShort(from + 4) + " " + lastName(from + 6, to) + ".";
            case SOA:
                return soa(from, to);
            case TXT:
                return strings(from, to);
            case NAPTR:
                return naptr(from, to);
            case CAA:
                return caa(from, to);
            default:
                return unknown(from, to);
        }
    }

    /** A name that ends where the data does. */
    private String lastName(int from, int to) throws Malformed {
        if (nameEnd(from) != to) {
            throw Malformed.INSTANCE;
        }
        return name(from);
    }

    private String soa(int from, int to) throws Malformed {
        int mailbox = nameEnd(from);
        int numbers = nameEnd(mailbox);
        if (numbers + 20 != to) {
            throw Malformed.INSTANCE;
        }
        StringBuilder soa = new StringBuilder();
        soa.append(name(from)).append(". ").append(name(mailbox)).append('.');
        for (int i = 0; i < 5; i++) {
            soa.append(' ').append(getInt(numbers + 4 * i) & 0xffff_ffffL);
        }
        return soa.toString();
    }

    private String strings(int from, int to) throws Malformed {
        StringBuilder strings = new StringBuilder();
        while (from < to) {
            strings.append(strings.isEmpty() ? "" : " ").append(string(from, to));
            from += 1 + getByte(from);
        }
        if (strings.isEmpty()) {
            throw Malformed.INSTANCE;
        }
        return strings.toString();
    }

    private String string(int from, int to) throws Malformed {
        int length = getByte(from);
        if (from >= to || from + 1 + length > to) {
            throw Malformed.INSTANCE;
        }
        return quoted(from + 1, from + 1 + length);
    }

    private String quoted(int from, int to) throws Malformed {
        text.setLength(0);
        text.append('"');
        for (int i = from; i < to; i++) {
            escaped(getByte(i), "\"\\");
        }
        return text.append('"').toString();
    }

    private String naptr(int from, int to) throws Malformed {
        StringBuilder naptr = new StringBuilder();
        naptr.append(getShort(from)).append(' ').append(getShort(from + 2));
        int at = from + 4;
        for (int i = 0; i < 3; i++) {
            naptr.append(' ').append(string(at, to));
            at += 1 + getByte(at);
        }
        return naptr.append(' ').append(lastName(at, to)).append('.').toString();
    }

    private String caa(int from, int to) throws Malformed {
        int tag = getByte(from + 1);
        if (tag == 0 || from + 2 + tag > to) {
            throw Malformed.INSTANCE;
        }
        StringBuilder caa = new StringBuilder().append(getByte(from)).append(' ');
        for (int i = 0; i < tag; i++) {
            int letter = getByte(from + 2 + i);
            if (!Character.isLetterOrDigit(letter) || letter > 0x7f) {
                throw Malformed.INSTANCE;
            }
            caa.append((char) letter);
        }
        return caa.append(' ').append(quoted(from + 2 + tag, to)).toString();
    }

    /** As {@code \# 4 0A000001} [RFC 3597 section 5]. */
    private String unknown(int from, int to) {
        String head = "\\# " + (to - from);
        return from == to ? head : head + " " + java.util.HexFormat.of().withUpperCase().formatHex(bytes, from, to);
    }
}
