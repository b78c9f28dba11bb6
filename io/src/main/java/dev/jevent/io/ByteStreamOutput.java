package dev.jevent.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The writing side of a {@link ByteStream} as an {@link OutputStream}. Not buffered. For one greenlet at a time. */
public final class ByteStreamOutput extends OutputStream {
    private final ByteStream stream;
    private ByteBuffer wrapper = ByteBuffer.allocate(0); // of the array that was written last, as a rule always the same

    public ByteStreamOutput(ByteStream stream) {
        this.stream = Objects.requireNonNull(stream, "stream");
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        ByteBuffer buffer = wrapper;
        if (buffer.array() != from) {
            wrapper = buffer = ByteBuffer.wrap(from);
        }
        stream.write(buffer.limit(offset + length).position(offset));
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
