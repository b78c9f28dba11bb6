package dev.jevent.servers.http;

import dev.jevent.GreenletExit;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.ByteStream;
import dev.jevent.io.tls.TlsStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLSession;

/**
 * A request, and the response to it. For the greenlet that the handler runs in, or whoever it hands it to, one at a time, until
 * the handler returns: later calls throw {@link IllegalStateException}.
 *
 * <pre>
 *   OPEN ── respond() ─────────────────────────────────▶ COMPLETE
 *    └── begin() ──▶ STREAMING ── close() of the stream ──▶ ▲
 * </pre>
 */
public final class HttpExchange {
    private static final byte[] TEXT = bytes("Content-Type: text/plain; charset=utf-8\r\n");
    private static final byte[] LENGTH = bytes("Content-Length: ");
    private static final byte[] CHUNKED = bytes("Transfer-Encoding: chunked\r\n");
    private static final byte[] CLOSE = bytes("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = bytes("Connection: keep-alive\r\n");
    private static final byte[] UPGRADE = bytes("Connection: Upgrade\r\nUpgrade: ");
    private static final byte[] LINE_END = bytes("\r\n");
    private static final byte[] COLON = bytes(": ");

    private final HttpConnection connection;
    private final RequestParser parser;
    private final boolean head;
    private final long started; // 0: nobody wants to know
    private RequestBody body; // null: the request has none, or nobody has asked yet
    private boolean expecting;
    private boolean keep;
    private boolean over;

    private int status; // 0: not responded
    private ArrayList<String> fields; // of the response: names and values by turns
    private ArrayList<String> trailers;
    private boolean hasType;
    private boolean hasDate;
    private ResponseBody streaming;

    HttpExchange(HttpConnection connection, RequestParser parser, boolean mayKeep) {
        this.connection = connection;
        this.parser = parser;
        this.head = parser.isHead();
        this.keep = mayKeep && parser.persistent();
        this.expecting = parser.expectsContinue();
        if (parser.isChunked() || parser.contentLength() > 0) {
            body = new RequestBody(this, connection, parser);
        }
        started = connection.engine.log == null ? 0 : System.nanoTime();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    // ---- the request ----

    /** As it was sent: methods are case-sensitive. */
    @NeverSwitches
    public String method() {
        return parser().method();
    }

    /** As it was sent: a path with its query, {@code *}, or an absolute URI. */
    @NeverSwitches
    public String target() {
        return parser().target();
    }

    /** Without the query, with what was percent-encoded decoded as UTF-8. Dots and empty segments are as they were sent. */
    @NeverSwitches
    public String path() {
        String raw = parser().rawPath();
        return raw.indexOf('%') < 0 ? raw : URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** As {@link #path()}, but as it was sent. */
    @NeverSwitches
    public String rawPath() {
        return parser().rawPath();
    }

    /** As it was sent, without the question mark; null if there is none. */
    @NeverSwitches
    public String query() {
        return parser().query();
    }

    /** {@code HTTP/1.1} or {@code HTTP/1.0}. */
    @NeverSwitches
    public String protocol() {
        return parser().isHttp10() ? "HTTP/1.0" : "HTTP/1.1";
    }

    /**
     * The value of a header field; null without one. Several of that name are one, with commas between them, as RFC 9110 has
     * it; those named Cookie with semicolons.
     *
     * @param name in any case
     */
    @NeverSwitches
    public String header(String name) {
        RequestParser head = parser();
        int field = head.find(name, 0);
        if (field < 0) {
            return null;
        }
        int next = head.find(name, field + 1);
        if (next < 0) {
            return head.value(field);
        }
        String between = name.equalsIgnoreCase("cookie") ? "; " : ", ";
        StringBuilder values = new StringBuilder(head.value(field));
        for (; next >= 0; next = head.find(name, next + 1)) {
            values.append(between).append(head.value(next));
        }
        return values.toString();
    }

    /** The values of all header fields of that name, in the order they were sent. */
    @NeverSwitches
    public List<String> headers(String name) {
        RequestParser head = parser();
        List<String> values = new ArrayList<>();
        for (int field = head.find(name, 0); field >= 0; field = head.find(name, field + 1)) {
            values.add(head.value(field));
        }
        return values;
    }

    /** The names of all header fields, as and in the order they were sent. */
    @NeverSwitches
    public List<String> headerNames() {
        RequestParser head = parser();
        List<String> names = new ArrayList<>(head.fields());
        for (int field = 0; field < head.fields(); field++) {
            names.add(head.name(field));
        }
        return names;
    }

    /**
     * The request's body, the same each time; empty if it has none. A client that waits for <i>100 Continue</i> gets it with the
     * first read. {@link HttpException} says what a client has done wrong.
     */
    @NeverSwitches
    public InputStream body() {
        checkNotOver();
        return body == null ? InputStream.nullInputStream() : body;
    }

    /** The length of the body; -1 if it is chunked: known only at its end. */
    @NeverSwitches
    public long bodyLength() {
        return parser().isChunked() ? -1 : Math.max(0, parser.contentLength());
    }

    /** Reads all of the body, which is at most {@link HttpLimits#body()} bytes. */
    @Switches
    public byte[] bodyBytes() throws IOException {
        return body().readAllBytes();
    }

    /** Reads all of the body as text in the charset that its type names, or in UTF-8. */
    @Switches
    public String bodyText() throws IOException {
        return new String(bodyBytes(), charset());
    }

    private Charset charset() throws HttpException {
        String type = header("Content-Type");
        int at = type == null ? -1 : type.toLowerCase(java.util.Locale.ROOT).indexOf("charset=");
        if (at < 0) {
            return StandardCharsets.UTF_8;
        }
        String name = type.substring(at + 8).split(";", 2)[0].strip().replace("\"", "");
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException e) {
            throw new HttpException(415, "the charset of the body is not known here");
        }
    }

    /** The value of a field behind a chunked body, once that was read to its end; null without one. */
    @NeverSwitches
    public String trailer(String name) {
        checkNotOver();
        if (body != null) {
            List<String> sent = body.trailers();
            for (int i = 0; i < sent.size(); i += 2) {
                if (sent.get(i).equalsIgnoreCase(name)) {
                    return sent.get(i + 1);
                }
            }
        }
        return null;
    }

    /** Null if the client is gone. */
    @NeverSwitches
    public SocketAddress remoteAddress() {
        return connection.remoteAddress();
    }

    @NeverSwitches
    public SocketAddress localAddress() {
        return connection.localAddress();
    }

    /** Whether the connection is over TLS. */
    @NeverSwitches
    public boolean isSecure() {
        return connection.isSecure();
    }

    /** What was agreed with the client, its certificates among it; null without TLS. */
    @NeverSwitches
    public SSLSession tlsSession() {
        return connection.stream instanceof TlsStream tls ? tls.session() : null;
    }

    private RequestParser parser() {
        checkNotOver();
        return parser;
    }

    void checkNotOver() {
        if (over) {
            throw new IllegalStateException("the exchange is over: its handler has returned");
        }
    }

    // ---- the response's header fields ----

    /**
     * Sets a header field of the response, in place of any of that name. Date, the length, the encoding of the transfer and
     * {@code Connection: keep-alive} are the server's to set; {@code Connection: close} ends the connection with this response.
     *
     * @throws IllegalArgumentException if {@code name} is none, or {@code value} has a line break, another control character, or
     *     one beyond ISO 8859-1
     */
    @NeverSwitches
    public HttpExchange header(String name, String value) {
        checkField(name, value);
        if (fields != null) {
            for (int i = fields.size() - 2; i >= 0; i -= 2) {
                if (fields.get(i).equalsIgnoreCase(name)) {
                    fields.remove(i + 1);
                    fields.remove(i);
                }
            }
        }
        add(name, value);
        return this;
    }

    /** As {@link #header(String, String)}, beside those of that name. */
    @NeverSwitches
    public HttpExchange addHeader(String name, String value) {
        checkField(name, value);
        add(name, value);
        return this;
    }

    boolean hasType() {
        return hasType;
    }

    private void add(String name, String value) {
        switch (name.length()) {
            case 4 -> hasDate |= name.equalsIgnoreCase("Date");
            case 10 -> {
                if (name.equalsIgnoreCase("Connection")) {
                    if (!value.equalsIgnoreCase("close") && !value.equalsIgnoreCase("keep-alive")) {
                        throw new IllegalArgumentException("Connection: " + value + " (expected: close)");
                    }
                    keep &= value.equalsIgnoreCase("keep-alive");
                    return;
                }
            }
            case 12 -> hasType |= name.equalsIgnoreCase("Content-Type");
            case 14, 17 -> {
                if (name.equalsIgnoreCase("Content-Length") || name.equalsIgnoreCase("Transfer-Encoding")) {
                    throw new IllegalArgumentException(name + ": is the server's to set; begin(status, length) says the length");
                }
            }
            default -> {}
        }
        if (fields == null) {
            fields = new ArrayList<>();
        }
        fields.add(name);
        fields.add(value);
    }

    private void checkField(String name, String value) {
        checkNotOver();
        checkNameAndValue(name, value);
        if (status != 0) {
            throw new IllegalStateException(name + ": the response has begun, with its header fields");
        }
    }

    private static void checkNameAndValue(String name, String value) {
        if (!Bytes.isToken(name)) {
            throw new IllegalArgumentException("name: \"" + name + "\" (expected: letters, digits and !#$%&'*+-.^_`|~)");
        }
        for (int i = 0; i < value.length(); i++) {
            if (!Bytes.isValue(value.charAt(i))) {
                throw new IllegalArgumentException("value of " + name + ": character " + Integer.toHexString(value.charAt(i))
                        + " at " + i + " (expected: ISO 8859-1 without control characters)");
            }
        }
    }

    /** A field to be sent behind a streamed response, if that is chunked; else nobody gets it. */
    @NeverSwitches
    public HttpExchange trailer(String name, String value) {
        checkNotOver();
        checkNameAndValue(name, value);
        if (trailers == null) {
            trailers = new ArrayList<>();
        }
        trailers.add(name);
        trailers.add(value);
        return this;
    }

    void putTrailers() throws IOException {
        if (trailers != null) {
            putFields(trailers);
        }
    }

    // ---- responding ----

    /** Responds without a body. */
    @Switches
    public void respond(int status) throws IOException {
        if (Status.bodiless(Status.checkFinal(status))) {
            writeHead(status, -1, null, false);
        } else {
            respond(status, "");
        }
    }

    /** Responds with {@code text} in UTF-8, as {@code text/plain} unless another type was set. */
    @Switches
    public void respond(int status, String text) throws IOException {
        int length = text.length();
        Output output = connection.output;
        if (length <= Buffers.OUTPUT / 2 && isAscii(text)) {
            writeHead(status, length, TEXT, false);
            if (!head) {
                output.room(length);
                byte[] bytes = output.bytes;
                int end = output.end;
                for (int i = 0; i < length; i++) {
                    bytes[end + i] = (byte) text.charAt(i);
                }
                output.end = end + length;
            }
        } else {
            respond(status, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), TEXT);
        }
    }

    private static boolean isAscii(String text) {
        int all = 0;
        for (int i = 0; i < text.length(); i++) {
            all |= text.charAt(i);
        }
        return all < 0x80;
    }

    /** Responds with {@code body}; it has no type unless one was set. */
    @Switches
    public void respond(int status, byte[] body) throws IOException {
        respond(status, ByteBuffer.wrap(body), null);
    }

    /** Responds with what remains of {@code body}. */
    @Switches
    public void respond(int status, ByteBuffer body) throws IOException {
        respond(status, body, null);
    }

    private void respond(int status, ByteBuffer body, byte[] type) throws IOException {
        writeHead(status, body.remaining(), type, false);
        if (!head) {
            connection.output.flushWith(body);
        }
    }

    /**
     * Responds with {@code file}, as {@link FileHandler} does: with a type by its name unless one was set, with the ranges that are
     * asked for, or with 304 if the client has it already.
     *
     * @throws java.nio.file.NoSuchFileException if it isn't a regular file; nothing is responded then
     */
    @Switches
    public void respond(Path file) throws IOException {
        FileResponse.respond(this, file);
    }

    /**
     * Begins a response of unknown length: chunked, or, to a client of HTTP/1.0, up to the end of the connection.
     *
     * @return for its body; what is written there goes out when there is enough of it, with {@code flush()}, and at the end
     */
    @Switches
    public OutputStream begin(int status) throws IOException {
        return begin(status, -1);
    }

    /** Begins a response with a body of {@code length} bytes. */
    @Switches
    public OutputStream begin(int status, long length) throws IOException {
        if (length < -1) {
            throw new IllegalArgumentException("length: " + length + " (expected: >= 0, or -1 if it is unknown)");
        }
        Status.checkFinal(status);
        boolean chunked = length < 0 && !parser().isHttp10() && !Status.bodiless(status);
        if (length < 0 && !chunked && !head && !Status.bodiless(status)) {
            keep = false;
        }
        writeHead(status, length, null, chunked);
        boolean discard = head || Status.bodiless(status);
        streaming = new ResponseBody(this, connection, chunked, discard, Status.bodiless(status) ? 0 : length);
        return streaming;
    }

    /** Whether the client asks for another protocol on this connection: {@code Upgrade} says which. */
    @NeverSwitches
    public boolean wantsUpgrade() {
        return parser().wantsUpgrade() && parser().find("Upgrade", 0) >= 0;
    }

    /**
     * Responds with <i>101 Switching Protocols</i>, and ends HTTP on this connection.
     *
     * @param protocol one that the client has offered
     * @return the connection, for as long as the handler runs; what had come behind the request is read first
     * @throws IllegalStateException if the client {@linkplain #wantsUpgrade() wants} no other protocol, or its request has a body
     */
    @Switches
    public ByteStream upgrade(String protocol) throws IOException {
        checkField("Upgrade", protocol);
        if (!wantsUpgrade() || body != null) {
            throw new IllegalStateException("upgrade: the request " + method() + " " + target()
                    + (body != null ? " has a body" : " asks for no other protocol") + " (expected: wantsUpgrade(), without a body)");
        }
        keep = false;
        status = 101;
        Output output = connection.output;
        output.put(Status.line(101));
        output.put(UPGRADE);
        output.put(protocol);
        output.put(LINE_END);
        if (fields != null) {
            putFields(fields);
        }
        output.put(LINE_END);
        return connection.upgrade();
    }

    /** Whether the response has begun: then its status and header fields cannot be changed any more. */
    @NeverSwitches
    public boolean isResponded() {
        return status != 0;
    }

    /** The status of the response; 0 before it has begun. */
    @NeverSwitches
    public int status() {
        return status;
    }

    /** @param length -1: unknown @param type written if none was set */
    private void writeHead(int status, long length, byte[] type, boolean chunked) throws IOException {
        checkNotOver();
        Status.checkFinal(status);
        if (this.status != 0) {
            throw new IllegalStateException("respond: the response has begun already, with status " + this.status);
        }
        boolean bodiless = Status.bodiless(status);
        if (bodiless && length > 0 && status != 304) {
            throw new IllegalArgumentException("length: " + length + " (expected: 0, since a response with status " + status + " has no body)");
        }
        if (body != null && !body.isEnded() || connection.isStopping()) {
            keep &= mayKeepAfter(body) && !connection.isStopping();
        }
        this.status = status;
        Output output = connection.output;
        output.mark();
        output.put(Status.line(status));
        if (!hasDate) {
            output.put(connection.desk.date());
        }
        if (fields != null) {
            putFields(fields);
        }
        if (type != null && !hasType && !bodiless) {
            output.put(type);
        }
        if (chunked) {
            output.put(CHUNKED);
        } else if (length >= 0 && !bodiless || length > 0) {
            output.put(LENGTH);
            output.putLine(length);
        }
        if (!keep) {
            output.put(CLOSE);
        } else if (parser.isHttp10()) {
            output.put(KEEP_ALIVE);
        }
        output.put(LINE_END);
    }

    /** Whether the connection can go on although the body isn't read yet. */
    private boolean mayKeepAfter(RequestBody unread) {
        if (unread == null || unread.isEnded()) {
            return true;
        }
        // A client that wasn't told to go on may send its body, or leave it out: only what has come is certain.
        return expecting ? unread.isHere() : !unread.isTooMuchToSkip();
    }

    private void putFields(List<String> named) throws IOException {
        Output output = connection.output;
        for (int i = 0; i < named.size(); i += 2) {
            output.put(named.get(i));
            output.put(COLON);
            output.put(named.get(i + 1));
            output.put(LINE_END);
        }
    }

    // ---- for the connection ----

    void continueIfExpected() throws IOException {
        if (expecting) {
            expecting = false;
            if (connection.input.isEmpty()) {
                connection.sendContinue(status != 0);
            }
        }
    }

    /** Lets {@code handler} respond, and ends the response. Returns whether the connection goes on. */
    boolean serve(HttpHandler handler) throws IOException {
        long before = connection.output.total();
        try {
            try {
                handler.handle(this);
                if (status == 0) {
                    throw new IllegalStateException("the handler " + handler + " has not responded to " + method() + " " + target());
                }
                if (streaming != null) {
                    streaming.close();
                    if (!streaming.isComplete()) {
                        throw new IOException(streaming.remaining() + " bytes are missing of the length that the response was to have");
                    }
                }
            } catch (GreenletExit kill) {
                connection.cut();
                throw kill;
            } catch (Throwable e) {
                failed(e);
            }
            if (keep && body != null && !body.isEnded()) {
                keep = body.skip();
            }
            return keep;
        } finally {
            log(before);
        }
    }

    private void failed(Throwable error) throws IOException {
        boolean refused = error instanceof HttpException;
        if (!refused && !connection.isOfTransport(error)) {
            connection.engine.report(toString(), error); // as long as it can still tell
        }
        if (connection.isBroken()) {
            throw new IOException("the connection has failed", error);
        }
        if (status != 0 && !connection.output.rollBack()) {
            if (status != 101) {
                connection.output.flush();
            }
            connection.cut();
            throw new IOException("the response was cut off", error);
        }
        keep = false;
        status = refused ? ((HttpException) error).status() : 500;
        String message = refused ? error.getMessage() : Status.reason(500);
        ErrorResponse.write(connection.output, connection.desk, connection.engine, status, message, !head);
    }

    private void log(long before) {
        if (started != 0) {
            Duration took = Duration.ofNanos(System.nanoTime() - started);
            connection.engine.log(connection, parser, status, connection.output.total() - before, took);
        }
    }

    /** Whether bytes of the client may be on their way that nobody will read. */
    boolean hasUnread() {
        return body != null && !body.isEnded() || !connection.input.isEmpty();
    }

    void end() {
        over = true;
    }

    @Override
    public String toString() {
        return over ? "<HttpExchange, over>" : "<HttpExchange " + Objects.toString(method()) + " " + target() + ">";
    }
}
