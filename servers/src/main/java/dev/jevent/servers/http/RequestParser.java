package dev.jevent.servers.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The head of a request, read from a buffer byte by byte, each of them once: it stops anywhere when the buffer has no more, and
 * goes on there. What it finds are places in the buffer; texts are made for who asks.
 *
 * <p>It follows RFC 9112 without any of the liberties that the RFC allows, but one empty line before the request line: what two
 * recipients might read in two ways is refused.
 *
 * <pre>
 *   START ──▶ METHOD ──▶ TARGET ──▶ VERSION ──▶ LINE_LF ──▶ NAME ──▶ VALUE_START ──▶ VALUE ──▶ VALUE_LF ──▶ NAME …
 *                                                            └─ CR ──▶ END_LF ──▶ complete
 * </pre>
 */
final class RequestParser {
    static final int INCOMPLETE = 0;
    static final int COMPLETE = 1;
    /** {@link #status} and {@link #reason} say why. */
    static final int REFUSED = 2;

    private static final int START = 0;
    private static final int START_LF = 1;
    private static final int METHOD = 2;
    private static final int TARGET = 3;
    private static final int VERSION = 4;
    private static final int LINE_LF = 5;
    private static final int NAME = 6;
    private static final int VALUE_START = 7;
    private static final int VALUE = 8;
    private static final int VALUE_LF = 9;
    private static final int END_LF = 10;

    private static final long HTTP_1_1 = text("HTTP/1.1");
    private static final long HTTP_1_0 = text("HTTP/1.0");

    private static final int SPAN = 4; // begin and end of the name, begin and end of the value
    private static final String[] METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"};
    private static final int LONGEST_METHOD = 32;

    private final int maxLine;
    private final int maxFieldBytes;
    private final int maxFields;

    byte[] bytes;
    int base; // where the head begins; all other places count from there
    private int at;
    private int state;
    private boolean emptyLine;

    private int methodEnd;
    private int targetBegin;
    private int targetEnd;
    private boolean http10;
    private int fieldsBegin;
    private int[] spans = new int[16 * SPAN];
    private int fields;
    private int token; // where the name or value that is being read began

    // What the fields that the connection itself obeys say.
    private int hosts;
    private int host;
    private int lengths;
    private long contentLength;
    private int codings;
    private boolean chunked;
    private boolean close;
    private boolean keepAlive;
    private boolean upgrade;
    private boolean expectContinue;

    int status;
    String reason;

    RequestParser(int maxLine, int maxFieldBytes, int maxFields) {
        this.maxLine = maxLine;
        this.maxFieldBytes = maxFieldBytes;
        this.maxFields = maxFields;
    }

    private static long text(String eight) {
        return Bytes.eight(eight.getBytes(StandardCharsets.US_ASCII), 0);
    }

    /** Forgets the last request; the next one begins at {@code base}. */
    void begin(byte[] bytes, int base) {
        this.bytes = bytes;
        this.base = base;
        at = 0;
        state = START;
        emptyLine = false;
        fields = 0;
        hosts = 0;
        lengths = 0;
        contentLength = -1;
        codings = 0;
        chunked = false;
        close = false;
        keepAlive = false;
        upgrade = false;
        expectContinue = false;
        status = 0;
        reason = null;
    }

    /** The same bytes are now there. */
    void moved(byte[] bytes, int base) {
        this.bytes = bytes;
        this.base = base;
    }

    /** Whether nothing of a request has come: an empty line before it is nothing. */
    boolean isEmpty() {
        return state <= START_LF;
    }

    /** Behind the last byte that was looked at: where the body begins, if the head is complete. */
    int position() {
        return base + at;
    }

    // ---- reading ----

    /** Goes on with what is there up to {@code end}. */
    int parse(int end) {
        byte[] b = bytes;
        int i = base + at;
        while (i < end) {
            byte c = b[i];
            switch (state) {
                case START -> {
                    if (c == '\r' && !emptyLine) {
                        state = START_LF;
                        i++;
                    } else if (Bytes.isToken(c)) {
                        base = i; // the empty line counts for nothing
                        state = METHOD;
                    } else {
                        return refuse(i, 400, "the request line does not begin with a method");
                    }
                }
                case START_LF -> {
                    if (c != '\n') {
                        return refuse(i, 400, "a CR without LF");
                    }
                    emptyLine = true;
                    state = START;
                    i++;
                }
                case METHOD -> {
                    while (i < end && Bytes.isToken(b[i])) {
                        i++;
                    }
                    if (i - base > LONGEST_METHOD) {
                        return refuse(base + LONGEST_METHOD + 1, 501, "the method is too long");
                    }
                    if (i < end) {
                        if (b[i] != ' ') {
                            return refuse(i, 400, "the method is not followed by one space");
                        }
                        methodEnd = i - base;
                        targetBegin = ++i - base;
                        state = TARGET;
                    }
                }
                case TARGET -> {
                    while (i < end && Bytes.isTarget(b[i])) {
                        i++;
                    }
                    if (i - base > maxLine) {
                        return refuse(i, 414, null);
                    }
                    if (i < end) {
                        if (b[i] != ' ' || i - base == targetBegin) {
                            return refuse(i, 400, b[i] == '\r'
                                    ? "the request line has no version"
                                    : "the request target has a byte that it must not have");
                        }
                        targetEnd = i - base;
                        token = ++i - base;
                        state = VERSION;
                    }
                }
                case VERSION -> {
                    while (i < end && b[i] != '\r' && i - base - token <= 8) {
                        i++;
                    }
                    if (i - base - token > 8) {
                        return refuse(i, 400, "the request line does not end with a version");
                    }
                    if (i < end) {
                        at = i - base;
                        if (!version(i)) {
                            return REFUSED;
                        }
                        i++;
                        state = LINE_LF;
                    }
                }
                case LINE_LF -> {
                    if (c != '\n') {
                        return refuse(i, 400, "a CR without LF");
                    }
                    i++;
                    at = i - base;
                    if (at - 2 > maxLine) {
                        return refuse(i, 414, null);
                    }
                    if (!targetForm()) {
                        return REFUSED;
                    }
                    fieldsBegin = at;
                    token = at;
                    state = NAME;
                }
                case NAME -> {
                    while (i < end && Bytes.isToken(b[i])) {
                        i++;
                    }
                    if (i < end) {
                        if (b[i] == ':' && i - base > token) {
                            if (fields == maxFields) {
                                return refuse(i, 431, "more than " + maxFields + " header fields");
                            }
                            int span = fields * SPAN;
                            if (span == spans.length) {
                                spans = Arrays.copyOf(spans, 2 * span);
                            }
                            spans[span] = token;
                            spans[span + 1] = i - base;
                            i++;
                            state = VALUE_START;
                        } else if (b[i] == '\r' && i - base == token) {
                            i++;
                            state = END_LF;
                        } else {
                            return refuse(i, 400, i - base == token && (b[i] == ' ' || b[i] == '\t')
                                    ? "a header line begins with a space"
                                    : "a header field has no name, or a byte in it that a name must not have");
                        }
                    }
                }
                case VALUE_START -> {
                    while (i < end && (b[i] == ' ' || b[i] == '\t')) {
                        i++;
                    }
                    if (i < end) {
                        token = i - base;
                        state = VALUE;
                    }
                }
                case VALUE -> {
                    i = Bytes.skipValue(b, i, end);
                    if (i < end) {
                        if (b[i] != '\r') {
                            return refuse(i, 400, "a header field has a byte that it must not have");
                        }
                        int last = i;
                        while (last > base + token && (b[last - 1] == ' ' || b[last - 1] == '\t')) {
                            last--;
                        }
                        int span = fields * SPAN;
                        spans[span + 2] = token;
                        spans[span + 3] = last - base;
                        i++;
                        state = VALUE_LF;
                    }
                }
                case VALUE_LF -> {
                    if (c != '\n') {
                        return refuse(i, 400, "a CR without LF");
                    }
                    i++;
                    at = i - base;
                    if (at - fieldsBegin > maxFieldBytes) {
                        return tooLarge();
                    }
                    if (!known(fields++)) {
                        return REFUSED;
                    }
                    token = at;
                    state = NAME;
                }
                case END_LF -> {
                    if (c != '\n') {
                        return refuse(i, 400, "a CR without LF");
                    }
                    at = ++i - base;
                    return complete();
                }
                default -> throw new AssertionError(state);
            }
        }
        at = i - base;
        return isTooLong(at) ? refuse(i, 0, null) : INCOMPLETE;
    }

    /** Whether what is before {@code place} is more than may come without the end of the line, or of the fields. */
    private boolean isTooLong(int place) {
        return state < NAME ? place > maxLine + 2 : place - fieldsBegin > maxFieldBytes + (state == END_LF ? 2 : 0);
    }

    private int tooLarge() {
        return refuse(base + at, 431, null);
    }

    /** Too long comes first: so the answer is the same whether the rest had come already or not. */
    private int refuse(int i, int status, String reason) {
        at = i - base;
        boolean tooLong = isTooLong(at);
        this.status = tooLong ? state < NAME ? 414 : 431 : status;
        this.reason = this.status == 414 ? "the request line is longer than " + maxLine + " bytes"
                : this.status == 431 && (tooLong || reason == null) ? "more than " + maxFieldBytes + " bytes of header fields" : reason;
        return REFUSED;
    }

    private boolean refused(int status, String reason) {
        refuse(base + at, status, reason);
        return false;
    }

    // ---- the request line ----

    private boolean version(int end) {
        int begin = base + token;
        if (end - begin == 8) {
            long text = Bytes.eight(bytes, begin);
            if (text == HTTP_1_1 || text == HTTP_1_0) {
                http10 = text == HTTP_1_0;
                return true;
            }
            String version = text(token, token + 8);
            if (version.matches("HTTP/[0-9]\\.[0-9]")) {
                if (version.charAt(5) != '1') {
                    return refused(505, version + " is not spoken here");
                }
                http10 = false; // RFC 9110 2.5: a later minor version is answered as the one that is known
                return true;
            }
        }
        return refused(400, "the request line does not end with a version");
    }

    /** RFC 9112 3.2: which form the target has. */
    private boolean targetForm() {
        byte first = bytes[base + targetBegin];
        if (first == '/') {
            return percents();
        }
        if (first == '*' && targetEnd - targetBegin == 1) {
            return is("OPTIONS") || refused(400, "the target * is for OPTIONS only");
        }
        if (is("CONNECT")) {
            return refused(501, "CONNECT is not for this server");
        }
        int authority = authorityBegin();
        if (authority < 0 || authorityEnd(authority) == authority) {
            return refused(400, "the request target is neither a path nor an http URI");
        }
        return percents();
    }

    private boolean is(String method) {
        return Bytes.equalsIgnoreCase(bytes, base, base + methodEnd, method.toLowerCase(java.util.Locale.ROOT)) && method().equals(method);
    }

    /** Of a target in absolute form: where the authority begins; -1 if it isn't one. */
    private int authorityBegin() {
        for (String scheme : new String[] {"http://", "https://"}) {
            int behind = targetBegin + scheme.length();
            if (behind <= targetEnd && Bytes.equalsIgnoreCase(bytes, base + targetBegin, base + behind, scheme)) {
                return behind;
            }
        }
        return -1;
    }

    private int authorityEnd(int authority) {
        int end = authority;
        while (end < targetEnd && bytes[base + end] != '/' && bytes[base + end] != '?') {
            end++;
        }
        return end;
    }

    /** Each % is followed by two digits. */
    private boolean percents() {
        for (int i = base + targetBegin, end = base + targetEnd; i < end; i++) {
            if (bytes[i] == '%') {
                if (i + 2 >= end || Bytes.hex(bytes[i + 1]) < 0 || Bytes.hex(bytes[i + 2]) < 0) {
                    return refused(400, "a % in the request target is not followed by two hexadecimal digits");
                }
                i += 2;
            }
        }
        return true;
    }

    // ---- the fields that decide how the message is read ----

    private boolean known(int field) {
        int span = field * SPAN;
        int begin = base + spans[span];
        int end = base + spans[span + 1];
        return switch (end - begin) {
            case 4 -> !Bytes.equalsIgnoreCase(bytes, begin, end, "host") || host(field);
            case 6 -> !Bytes.equalsIgnoreCase(bytes, begin, end, "expect") || expect(field);
            case 10 -> !Bytes.equalsIgnoreCase(bytes, begin, end, "connection") || connection(field);
            case 14 -> !Bytes.equalsIgnoreCase(bytes, begin, end, "content-length") || contentLength(field);
            case 17 -> !Bytes.equalsIgnoreCase(bytes, begin, end, "transfer-encoding") || transferEncoding(field);
            default -> true;
        };
    }

    private boolean host(int field) {
        host = field;
        hosts++;
        if (hosts > 1) {
            return refused(400, "more than one Host");
        }
        return isAuthority(valueBegin(field), valueEnd(field)) || refused(400, "Host is not a host and a port");
    }

    /** RFC 3986 3.2.2 and 3.2.3, without user information; may be empty. */
    private boolean isAuthority(int begin, int end) {
        int i = begin;
        if (i < end && bytes[i] == '[') {
            do {
                i++;
            } while (i < end && (Bytes.hex(bytes[i]) >= 0 || bytes[i] == ':' || bytes[i] == '.'));
            if (i == end || bytes[i] != ']' || i == begin + 1) {
                return false;
            }
            i++;
        } else {
            while (i < end && bytes[i] != ':') {
                byte c = bytes[i];
                if (c == '%') {
                    if (i + 2 >= end || Bytes.hex(bytes[i + 1]) < 0 || Bytes.hex(bytes[i + 2]) < 0) {
                        return false;
                    }
                } else if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c > 0 && "-._~!$&'()*+,;=".indexOf(c) >= 0)) {
                    return false;
                }
                i++;
            }
        }
        if (i == end) {
            return true;
        }
        if (bytes[i] != ':' || i == begin || end - i > 6) {
            return false;
        }
        int port = 0;
        for (i++; i < end; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return false;
            }
            port = 10 * port + bytes[i] - '0';
        }
        return port <= 0xffff;
    }

    private boolean expect(int field) {
        if (http10) {
            return true; // RFC 9110 10.1.1: ignored
        }
        if (!Bytes.equalsIgnoreCase(bytes, valueBegin(field), valueEnd(field), "100-continue")) {
            return refused(417, "only 100-continue can be expected");
        }
        expectContinue = true;
        return true;
    }

    private boolean connection(int field) {
        int end = valueEnd(field);
        int i = valueBegin(field);
        while (i < end) {
            while (i < end && (bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == ',')) {
                i++;
            }
            int begin = i;
            while (i < end && Bytes.isToken(bytes[i])) {
                i++;
            }
            int behind = i;
            while (behind < end && (bytes[behind] == ' ' || bytes[behind] == '\t')) {
                behind++;
            }
            if (behind < end && bytes[behind] != ',') {
                return refused(400, "Connection is not a list of names");
            }
            close |= Bytes.equalsIgnoreCase(bytes, begin, i, "close");
            keepAlive |= Bytes.equalsIgnoreCase(bytes, begin, i, "keep-alive");
            upgrade |= Bytes.equalsIgnoreCase(bytes, begin, i, "upgrade");
        }
        return true;
    }

    private boolean contentLength(int field) {
        if (++lengths > 1) {
            return refused(400, "more than one Content-Length");
        }
        int begin = valueBegin(field);
        int end = valueEnd(field);
        if (begin == end || end - begin > 18) {
            return refused(400, "Content-Length is not a number of at most 18 digits");
        }
        long length = 0;
        for (int i = begin; i < end; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return refused(400, "Content-Length is not a number of at most 18 digits");
            }
            length = 10 * length + bytes[i] - '0';
        }
        contentLength = length;
        return true;
    }

    private boolean transferEncoding(int field) {
        if (++codings > 1) {
            return refused(400, "more than one Transfer-Encoding");
        }
        int begin = valueBegin(field);
        int end = valueEnd(field);
        if (Bytes.equalsIgnoreCase(bytes, begin, end, "chunked")) {
            chunked = true;
            return true;
        }
        String value = text(begin - base, end - base).toLowerCase(java.util.Locale.ROOT);
        boolean known = value.matches("(gzip|x-gzip|deflate|compress|x-compress)[ \t]*,[ \t]*chunked");
        return refused(known ? 501 : 400, "the only Transfer-Encoding that is read here is chunked");
    }

    private int complete() {
        if (hosts == 0 && !http10) {
            return refuse(position(), 400, "no Host");
        }
        if (chunked && lengths > 0) {
            return refuse(position(), 400, "both Content-Length and Transfer-Encoding");
        }
        if (chunked && http10) {
            return refuse(position(), 400, "Transfer-Encoding in HTTP/1.0");
        }
        if (bytes[base + targetBegin] != '/' && targetEnd - targetBegin > 1 && !authorityIsHost()) {
            return REFUSED;
        }
        return COMPLETE;
    }

    private boolean authorityIsHost() {
        int begin = authorityBegin();
        int end = authorityEnd(begin);
        if (!isAuthority(base + begin, base + end)) {
            return refused(400, "the authority of the request target is not a host and a port");
        }
        if (hosts > 0 && !text(begin, end).equalsIgnoreCase(value(host))) {
            return refused(400, "Host is not that of the request target");
        }
        return true;
    }

    // ---- what was found ----

    boolean isHttp10() {
        return http10;
    }

    /** Whether the sender wants another request on the connection. */
    boolean persistent() {
        return !close && (!http10 || keepAlive);
    }

    boolean wantsUpgrade() {
        return upgrade && !http10;
    }

    boolean expectsContinue() {
        return expectContinue;
    }

    boolean isChunked() {
        return chunked;
    }

    /** -1 without one. */
    long contentLength() {
        return contentLength;
    }

    String method() {
        int begin = base;
        for (String known : METHODS) {
            if (known.length() == methodEnd) {
                int i = 0;
                while (i < methodEnd && bytes[begin + i] == known.charAt(i)) {
                    i++;
                }
                if (i == methodEnd) {
                    return known;
                }
            }
        }
        return text(0, methodEnd);
    }

    boolean isHead() {
        return methodEnd == 4 && bytes[base] == 'H' && bytes[base + 1] == 'E' && bytes[base + 2] == 'A' && bytes[base + 3] == 'D';
    }

    String target() {
        return text(targetBegin, targetEnd);
    }

    /** As it was sent, without scheme, authority and query: {@code /} if there is none. */
    String rawPath() {
        int begin = bytes[base + targetBegin] == '/' || targetEnd - targetBegin == 1 ? targetBegin : authorityEnd(authorityBegin());
        int end = begin;
        while (end < targetEnd && bytes[base + end] != '?') {
            end++;
        }
        return end == begin || end - begin == 1 && bytes[base + begin] == '/' ? "/" : text(begin, end);
    }

    /** Behind the first question mark, as it was sent; null without one. */
    String query() {
        for (int i = targetBegin; i < targetEnd; i++) {
            if (bytes[base + i] == '?') {
                return text(i + 1, targetEnd);
            }
        }
        return null;
    }

    String requestLine() {
        return text(0, fieldsBegin - 2);
    }

    /** As far as it came. */
    String partialLine() {
        int end = Math.min(at, 200);
        int i = 0;
        while (i < end && bytes[base + i] != '\r' && bytes[base + i] != '\n') {
            i++;
        }
        return text(0, i);
    }

    int fields() {
        return fields;
    }

    String name(int field) {
        return text(spans[field * SPAN], spans[field * SPAN + 1]);
    }

    String value(int field) {
        return text(spans[field * SPAN + 2], spans[field * SPAN + 3]);
    }

    private int valueBegin(int field) {
        return base + spans[field * SPAN + 2];
    }

    private int valueEnd(int field) {
        return base + spans[field * SPAN + 3];
    }

    /** The first field of that name, from {@code from} on; -1 if there is none. */
    int find(String name, int from) {
        int length = name.length();
        for (int field = from; field < fields; field++) {
            int begin = spans[field * SPAN];
            if (spans[field * SPAN + 1] - begin == length) {
                int i = 0;
                while (i < length && Bytes.lower(bytes[base + begin + i]) == Bytes.lower(name.charAt(i))) {
                    i++;
                }
                if (i == length) {
                    return field;
                }
            }
        }
        return -1;
    }

    private String text(int begin, int end) {
        return new String(bytes, base + begin, end - begin, StandardCharsets.ISO_8859_1);
    }
}
