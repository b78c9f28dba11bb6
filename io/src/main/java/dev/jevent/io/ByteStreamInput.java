package dev.jevent.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The reading side of a {@link ByteStream} as an {@link InputStream}. Not buffered. For one greenlet at a time. */
public final class ByteStreamInput extends InputStream {
    private final ByteStream stream;
    private ByteBuffer wrapper = ByteBuffer.allocate(0); // of the array that was read into last, as a rule always the same

    public ByteStreamInput(ByteStream stream) {
        this.stream = Objects.requireNonNull(stream, "stream");
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        ByteBuffer buffer = wrapper;
        if (buffer.array() != into) {
            wrapper = buffer = ByteBuffer.wrap(into);
        }
        return length == 0 ? 0 : stream.read(buffer.limit(offset + length).position(offset));
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
