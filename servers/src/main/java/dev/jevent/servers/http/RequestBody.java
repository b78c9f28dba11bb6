package dev.jevent.servers.http;

import dev.jevent.contract.Switches;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The body of a request, as it comes. Chunks are RFC 9112 7.1 to the letter.
 *
 * <pre>
 *   of a known length:  DATA ── all read ──▶ ENDED
 *   chunked:            SIZE ──▶ DATA ──▶ SIZE … ── size 0, trailers ──▶ ENDED
 *   either:             a mistake or the client's end ──▶ FAILED: every further read throws the same
 * </pre>
 */
final class RequestBody extends InputStream {
    /** Reads of that size go past the input buffer. */
    private static final int LARGE = 4 << 10;

    private static final int MAX_DIGITS = 15;
    private static final int MAX_EXTENSION = 1 << 10;

    private final HttpExchange exchange;
    private final HttpConnection connection;
    private final boolean chunked;
    private final long limit;
    private long remaining; // of the chunk, or of all
    private long total;
    private boolean firstChunk = true;
    private boolean ended;
    private HttpException failure;
    private int extension; // bytes of the extensions of a chunk
    private List<String> trailers = List.of(); // names and values by turns

    /** In ticks: how long the client may still keep a reader waiting. */
    long budget;

    RequestBody(HttpExchange exchange, HttpConnection connection, RequestParser parser) {
        this.exchange = exchange;
        this.connection = connection;
        this.limit = connection.desk.limits.body();
        this.budget = connection.desk.bodyTicks;
        this.chunked = parser.isChunked();
        this.remaining = chunked ? 0 : Math.max(0, parser.contentLength());
        this.ended = !chunked && remaining == 0;
    }

    boolean isEnded() {
        return ended;
    }

    boolean hasFailed() {
        return failure != null;
    }

    List<String> trailers() {
        return trailers;
    }

    // ---- reading ----

    @Override
    @Switches
    public int read() throws IOException {
        return prepare() ? take() : -1;
    }

    private int take() throws IOException {
        ensure();
        remaining--;
        int value = connection.input.bytes[connection.input.begin++] & 0xff;
        used(1);
        return value;
    }

    @Override
    @Switches
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        if (!prepare()) {
            return -1;
        }
        Input input = connection.input;
        int count = (int) Math.min(length, remaining);
        if (input.isEmpty() && count >= LARGE) {
            count = connection.readBody(this, into, offset, count);
            if (count < 0) {
                throw truncated();
            }
            budget = Math.min(connection.desk.bodyTicks, budget + connection.desk.ticksFor(count));
        } else {
            ensure();
            count = Math.min(count, input.available());
            System.arraycopy(input.bytes, input.begin, into, offset, count);
            input.begin += count;
        }
        remaining -= count;
        used(count);
        return count;
    }

    private void used(int count) throws IOException {
        total += count;
        if (!chunked && remaining == 0) {
            ended = true;
        }
    }

    /** Gets to the next byte of data. Returns false if there is none. */
    private boolean prepare() throws IOException {
        exchange.checkNotOver();
        if (failure != null) {
            throw again();
        }
        if (ended) {
            return false;
        }
        exchange.continueIfExpected();
        if (chunked && remaining == 0) {
            nextChunk();
        }
        return !ended;
    }

    /** What can be read without waiting: what has come of the chunk. */
    @Override
    public int available() {
        return ended || failure != null ? 0 : (int) Math.min(remaining, connection.input.available());
    }

    /** Sees to it that there is a byte in the input. */
    private void ensure() throws IOException {
        if (connection.input.isEmpty()) {
            int count;
            try {
                count = connection.readBody(this, null, 0, 0);
            } catch (HttpException tooSlow) {
                failure = tooSlow;
                throw tooSlow;
            }
            if (count < 0) {
                throw truncated();
            }
            budget = Math.min(connection.desk.bodyTicks, budget + connection.desk.ticksFor(count));
        }
    }

    private HttpException truncated() {
        return fail(400, "the client closed the connection "
                + (chunked ? "in the middle of the body" : remaining + " bytes before the end of the body"));
    }

    private HttpException fail(int status, String message) {
        failure = new HttpException(status, message);
        return failure;
    }

    /** As often as it is asked for. */
    private HttpException again() {
        HttpException again = new HttpException(failure.status(), failure.getMessage());
        again.initCause(failure);
        return again;
    }

    /** Without effect: what isn't read is skipped when the exchange is over. */
    @Override
    public void close() {}

    // ---- chunks ----

    private int next() throws IOException {
        ensure();
        return connection.input.bytes[connection.input.begin++] & 0xff;
    }

    private void expect(int wanted, String where) throws IOException {
        if (next() != wanted) {
            throw fail(400, where + " is not followed by CR LF");
        }
    }

    private void nextChunk() throws IOException {
        if (!firstChunk) {
            expect('\r', "the data of a chunk");
            expect('\n', "the data of a chunk");
        }
        firstChunk = false;
        long size = 0;
        int digits = 0;
        int c = next();
        for (int digit = Bytes.hex(c); digit >= 0; digit = Bytes.hex(c)) {
            if (++digits > MAX_DIGITS) {
                throw fail(400, "the size of a chunk has more than " + MAX_DIGITS + " digits");
            }
            size = size << 4 | digit;
            c = next();
        }
        if (digits == 0) {
            throw fail(400, "the size of a chunk is not a hexadecimal number");
        }
        if (c != '\r') {
            extensions(c);
        }
        expect('\n', "the size of a chunk");
        if (size > limit - total) {
            throw fail(413, "the body is larger than " + limit + " bytes");
        }
        remaining = size;
        if (size == 0) {
            readTrailers();
            ended = true;
        }
    }

    /** RFC 9112 7.1.1: names, with or without a value, which may be quoted. Their meaning is ignored. @param c behind the size */
    private void extensions(int c) throws IOException {
        extension = 0;
        while (c != '\r') {
            c = behindSpaces(c);
            if (c != ';') {
                throw malformed();
            }
            c = behindToken(behindSpaces(nextOfExtension()));
            int behindSpaces = c == '\r' ? c : behindSpaces(c);
            if (behindSpaces == '=') {
                c = behindSpaces(nextOfExtension());
                c = c == '"' ? behindQuoted() : behindToken(c);
            } else if (behindSpaces == ';') {
                c = ';';
            } else if (behindSpaces != c) {
                throw malformed();
            }
        }
    }

    private int nextOfExtension() throws IOException {
        if (++extension > MAX_EXTENSION) {
            throw fail(400, "the extensions of a chunk are longer than " + MAX_EXTENSION + " bytes");
        }
        return next();
    }

    private int behindSpaces(int first) throws IOException {
        int c = first;
        while (c == ' ' || c == '\t') {
            c = nextOfExtension();
        }
        return c;
    }

    private int behindToken(int first) throws IOException {
        int c = first;
        if (!Bytes.isToken((byte) c)) {
            throw malformed();
        }
        do {
            c = nextOfExtension();
        } while (Bytes.isToken((byte) c));
        return c;
    }

    private int behindQuoted() throws IOException {
        int c = nextOfExtension();
        while (c != '"') {
            if (c == '\\') {
                c = nextOfExtension();
            }
            if (!Bytes.isValue((byte) c)) {
                throw malformed();
            }
            c = nextOfExtension();
        }
        return nextOfExtension();
    }

    private HttpException malformed() {
        return fail(400, "the extensions of a chunk are malformed");
    }

    private void readTrailers() throws IOException {
        int most = connection.desk.limits.headerBytes();
        int mostFields = connection.desk.limits.headerFields();
        int bytes = 0;
        int c = next();
        while (c != '\r') {
            StringBuilder name = new StringBuilder();
            while (Bytes.isToken((byte) c)) {
                name.append((char) c);
                bytes = count(bytes, most);
                c = next();
            }
            if (c != ':' || name.isEmpty()) {
                throw fail(400, "a trailer field has no name, or a byte in it that a name must not have");
            }
            StringBuilder value = new StringBuilder();
            c = next();
            while (c != '\r') {
                if (!Bytes.isValue((byte) c)) {
                    throw fail(400, "a trailer field has a byte that it must not have");
                }
                value.append((char) c);
                bytes = count(bytes, most);
                c = next();
            }
            expect('\n', "a trailer field");
            if (trailers.isEmpty()) {
                trailers = new ArrayList<>();
            }
            if (trailers.size() == 2 * mostFields) {
                throw fail(431, "more than " + mostFields + " trailer fields");
            }
            trailers.add(name.toString());
            trailers.add(value.toString().strip());
            c = next();
        }
        expect('\n', "the last chunk");
    }

    private int count(int bytes, int most) throws HttpException {
        if (bytes == most) {
            throw fail(431, "more than " + most + " bytes of trailer fields");
        }
        return bytes + 1;
    }

    // ---- what nobody reads ----

    /** Whether the rest has come already. */
    boolean isHere() {
        return ended || !chunked && remaining <= connection.input.available();
    }

    /** Whether it is known that {@link #skip} would give up. */
    boolean isTooMuchToSkip() {
        return failure != null || !ended && remaining - connection.input.available() > connection.desk.limits.unreadBody();
    }

    /** Reads the rest. Returns false if that is too much, or no body. */
    boolean skip() throws IOException {
        if (isTooMuchToSkip()) {
            return false;
        }
        long most = connection.desk.limits.unreadBody() + connection.input.available();
        try {
            while (!ended) {
                if (chunked && remaining == 0) {
                    nextChunk();
                    continue;
                }
                ensure();
                int count = (int) Math.min(remaining, connection.input.available());
                connection.input.begin += count;
                remaining -= count;
                used(count);
                most -= count;
                if (most < 0) {
                    return false;
                }
            }
            return true;
        } catch (HttpException e) {
            return false;
        }
    }
}
