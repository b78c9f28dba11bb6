package dev.jevent.servers.http;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What is on its way to the client: collected, and written when it is full, or when the connection has to wait. Several
 * responses to requests that came together go out in one write.
 */
final class Output {
    private static final byte[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private final HttpConnection connection;
    byte[] bytes; // null: lent to none
    int end;
    private int mark = -1; // where the response begins that may still be taken back
    private long written; // before what is in bytes
    ResponseBody open; // whose chunk is not sealed yet

    Output(HttpConnection connection) {
        this.connection = connection;
    }

    boolean isEmpty() {
        return end == 0;
    }

    /** Bytes of all responses so far. */
    long total() {
        return written + end;
    }

    // ---- taking back ----

    void mark() {
        mark = end;
    }

    /** Takes back what came after {@link #mark}. Returns false if some of it is out already. */
    boolean rollBack() {
        if (mark < 0) {
            return false;
        }
        end = mark;
        open = null;
        return true;
    }

    /** Puts {@code bytes} before the response that has begun. Returns false if some of that is out already, or there is no room. */
    boolean insert(byte[] from) {
        if (mark < 0 || open != null || bytes.length - end < from.length) {
            return false;
        }
        System.arraycopy(bytes, mark, bytes, mark + from.length, end - mark);
        System.arraycopy(from, 0, bytes, mark, from.length);
        end += from.length;
        mark += from.length;
        return true;
    }

    // ---- collecting ----

    /** Sees to it that so many bytes go without a write: at most {@link Buffers#OUTPUT}. */
    void room(int count) throws IOException {
        if (bytes.length - end < count) {
            flush();
        }
    }

    void put(byte[] from) throws IOException {
        room(from.length);
        System.arraycopy(from, 0, bytes, end, from.length);
        end += from.length;
    }

    /** ISO 8859-1, of which it is known that it is that. */
    void put(String text) throws IOException {
        for (int i = 0; i < text.length(); i++) {
            if (end == bytes.length) {
                flush();
            }
            bytes[end++] = (byte) text.charAt(i);
        }
    }

    /** A number, and the end of the line. */
    void putLine(long number) throws IOException {
        room(22);
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        long rest = number;
        for (int i = end + digits - 1; i >= end; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        end += digits;
        bytes[end++] = '\r';
        bytes[end++] = '\n';
    }

    /** Four digits and the end of the line, over what is at {@code at}. */
    void putSizeAt(int at, int size) {
        bytes[at] = DIGITS[size >>> 12 & 15];
        bytes[at + 1] = DIGITS[size >>> 8 & 15];
        bytes[at + 2] = DIGITS[size >>> 4 & 15];
        bytes[at + 3] = DIGITS[size & 15];
        bytes[at + 4] = '\r';
        bytes[at + 5] = '\n';
    }

    // ---- writing ----

    /** Writes all that was collected. */
    void flush() throws IOException {
        if (open != null) {
            open.sealChunk();
        }
        int count = end;
        if (count == 0) {
            return;
        }
        end = 0;
        mark = -1;
        written += count;
        int sent = connection.tryWrite(bytes, count);
        if (sent < count) {
            connection.write(ByteBuffer.wrap(bytes, sent, count - sent));
        }
    }

    /** Writes what goes without waiting. Not while a response has begun. */
    void tryFlush() throws IOException {
        int sent = connection.tryWrite(bytes, end);
        System.arraycopy(bytes, sent, bytes, 0, end - sent);
        end -= sent;
        written += sent;
    }

    /** Writes what was collected, and {@code body} behind it. */
    void flushWith(ByteBuffer body) throws IOException {
        if (open != null) {
            open.sealChunk();
        }
        int size = body.remaining();
        if (size <= bytes.length - end) {
            body.get(bytes, end, size);
            end += size;
            return;
        }
        int first = Math.min(bytes.length - end, size); // so that a small head doesn't go out alone
        body.get(bytes, end, first);
        end += first;
        flush();
        while (body.hasRemaining()) {
            int limit = body.limit();
            body.limit(Math.min(limit, body.position() + Desk.STAGE));
            written += body.remaining();
            connection.write(body);
            body.limit(limit);
        }
    }

    /** Counts what others have written past this. */
    void wrote(long count) {
        written += count;
    }
}
