package dev.jevent.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The reading side of a {@link ByteStream} as an {@link InputStream}. Not buffered. For one greenlet at a time. */
public final class ByteStreamInput extends InputStream {
    private final ByteStream stream;
    private ByteBuffer wrapper; // of the array that was read into last, as a rule always the same; null while it is in use
    private ByteBuffer one; // likewise, for a single byte

    public ByteStreamInput(ByteStream stream) {
        this.stream = Objects.requireNonNull(stream, "stream");
    }

    @Override
    public int read() throws IOException {
        ByteBuffer buffer = one == null ? ByteBuffer.allocate(1) : one.clear();
        one = null;
        try {
            return stream.read(buffer) < 0 ? -1 : buffer.get(0) & 0xff;
        } finally {
            one = buffer;
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        ByteBuffer buffer = wrapper != null && wrapper.array() == into ? wrapper : ByteBuffer.wrap(into);
        wrapper = null; // a second reader, who is refused, must not move the first one's position
        try {
            return stream.read(buffer.limit(offset + length).position(offset));
        } finally {
            wrapper = buffer;
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    @Override
    public String toString() {
        return "<input of " + stream + ">";
    }
}
