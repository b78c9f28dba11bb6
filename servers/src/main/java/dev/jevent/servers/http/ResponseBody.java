package dev.jevent.servers.http;

import dev.jevent.contract.Switches;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/**
 * The body of a response that is written piece by piece. What is written is collected, and goes out when there is enough of it, with
 * {@link #flush()}, and at the end. Each time it goes out it is one chunk, if the response is chunked.
 */
final class ResponseBody extends OutputStream {
    /** Size and end of line before a chunk's data, and the end of the line behind it. */
    private static final int AROUND_CHUNK = 8;

    private static final byte[] LAST_CHUNK = {'0', '\r', '\n'};
    private static final byte[] LINE_END = {'\r', '\n'};

    private final HttpExchange exchange;
    private final HttpConnection connection;
    private final Output output;
    private final boolean chunked;
    private final boolean discard; // of a response to HEAD, or of one that has none
    private long remaining; // -1: any
    private int chunk = -1; // where the open chunk's size is to be put; -1: none is open
    private boolean closed;

    ResponseBody(HttpExchange exchange, HttpConnection connection, boolean chunked, boolean discard, long length) {
        this.exchange = exchange;
        this.connection = connection;
        this.output = connection.output;
        this.chunked = chunked;
        this.discard = discard;
        this.remaining = length;
    }

    boolean isComplete() {
        return closed && remaining <= 0;
    }

    long remaining() {
        return remaining;
    }

    private void check(int length) throws IOException {
        if (closed) {
            throw new IOException("the response is complete");
        }
        exchange.checkNotOver();
        if (remaining >= 0) {
            if (length > remaining) {
                throw new IOException("more bytes than the response was to have: " + (length - remaining) + " too many");
            }
            remaining -= length;
        }
    }

    @Override
    @Switches
    public void write(int b) throws IOException {
        check(1);
        if (!discard) {
            collect(1);
            output.bytes[output.end++] = (byte) b;
        }
    }

    @Override
    @Switches
    public void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        if (length > 0) {
            write(ByteBuffer.wrap(from, offset, length));
        }
    }

    void write(ByteBuffer from) throws IOException {
        int length = from.remaining();
        check(length);
        if (discard) {
            from.position(from.limit());
        } else if (length <= Buffers.OUTPUT / 2) {
            collect(length);
            from.get(output.bytes, output.end, length);
            output.end += length;
        } else {
            writeLarge(from);
        }
    }

    private void writeLarge(ByteBuffer from) throws IOException {
        if (chunked) {
            sealChunk();
            String size = Integer.toHexString(from.remaining());
            output.room(size.length() + 2);
            output.put(size);
            output.put(LINE_END);
        }
        output.flushWith(from);
        if (chunked) {
            output.put(LINE_END);
        }
    }

    /** Sends a part of a file, past this process where that goes. Only of a response with a length. */
    void send(FileChannel file, long position, long length) throws IOException {
        long left = length;
        long at = position;
        while (left > 0 && !discard) {
            int piece = (int) Math.min(left, Desk.STAGE);
            if (connection.isSecure()) {
                ByteBuffer bytes = ByteBuffer.allocate(piece);
                readInPool(file, bytes, at);
                write(bytes.flip());
            } else {
                check(piece);
                output.flush();
                connection.send(file, at, piece);
                output.wrote(piece);
            }
            at += piece;
            left -= piece;
        }
    }

    private static void readInPool(FileChannel file, ByteBuffer bytes, long position) throws IOException {
        InPool.call(() -> {
            while (bytes.hasRemaining()) {
                if (file.read(bytes, position + bytes.position()) < 0) {
                    throw new EOFException("the file became shorter while it was sent");
                }
            }
            return null;
        });
    }

    /** Makes room for {@code length} bytes, in a chunk if need be. */
    private void collect(int length) throws IOException {
        if (!chunked) {
            output.room(length);
            return;
        }
        if (chunk >= 0 && output.bytes.length - output.end < length + 2) {
            output.flush();
        }
        if (chunk < 0) {
            output.room(length + AROUND_CHUNK);
            chunk = output.end;
            output.end += 6;
            output.open = this;
        }
    }

    /** What was collected becomes a chunk. Called by whoever writes it out. */
    void sealChunk() {
        if (chunk >= 0) {
            output.putSizeAt(chunk, output.end - chunk - 6);
            output.bytes[output.end++] = '\r';
            output.bytes[output.end++] = '\n';
            chunk = -1;
            output.open = null;
        }
    }

    /** Sends what was written so far. */
    @Override
    @Switches
    public void flush() throws IOException {
        if (!closed) {
            exchange.checkNotOver();
            output.flush();
        }
    }

    /** @throws IOException if bytes are missing of a response with a length; then the connection will be cut */
    @Override
    @Switches
    public void close() throws IOException {
        if (closed) {
            return;
        }
        exchange.checkNotOver();
        closed = true;
        if (remaining > 0 && !discard) {
            throw new IOException(remaining + " bytes are missing of the length that the response was to have");
        }
        remaining = Math.min(remaining, 0);
        if (chunked && !discard) {
            sealChunk();
            output.put(LAST_CHUNK);
            exchange.putTrailers();
            output.put(LINE_END);
        }
    }
}
