package dev.jevent.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The writing side of a {@link ByteStream} as an {@link OutputStream}. Not buffered. For one greenlet at a time. */
public final class ByteStreamOutput extends OutputStream {
    private final ByteStream stream;
    private ByteBuffer wrapper; // of the array that was written last, as a rule always the same; null while it is in use
    private ByteBuffer one; // likewise, for a single byte

    public ByteStreamOutput(ByteStream stream) {
        this.stream = Objects.requireNonNull(stream, "stream");
    }

    @Override
    public void write(int b) throws IOException {
        ByteBuffer buffer = one == null ? ByteBuffer.allocate(1) : one.clear();
        one = null;
        try {
            stream.write(buffer.put(0, (byte) b));
        } finally {
            one = buffer;
        }
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        ByteBuffer buffer = wrapper != null && wrapper.array() == from ? wrapper : ByteBuffer.wrap(from);
        wrapper = null; // a second writer, who is refused, must not move the first one's position
        try {
            stream.write(buffer.limit(offset + length).position(offset));
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
        return "<output of " + stream + ">";
    }
}
