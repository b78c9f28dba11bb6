package dev.jevent.io;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;

/** A stream of which some bytes were read already: they come first. For protocols that hand a connection on to another. */
public final class ReadAheadStream implements ByteStream {
    private final ByteStream stream;
    private final ByteBuffer ahead;
    private final ByteStreamInput input = new ByteStreamInput(this);
    private final ByteStreamOutput output = new ByteStreamOutput(this);

    /** @param ahead what was read already; belongs to the stream from now on */
    public ReadAheadStream(ByteStream stream, ByteBuffer ahead) {
        this.stream = stream;
        this.ahead = ahead;
    }

    @Override
    @Switches
    public int read(ByteBuffer into) throws IOException {
        return ahead.hasRemaining() ? take(into) : stream.read(into);
    }

    @Override
    @NeverSwitches
    public int tryRead(ByteBuffer into) throws IOException {
        return ahead.hasRemaining() ? take(into) : stream.tryRead(into);
    }

    @Override
    @Switches
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        long total = 0;
        for (int i = offset; ahead.hasRemaining() && i < offset + length; i++) {
            total += take(into[i]);
        }
        return total > 0 || ahead.hasRemaining() ? total : stream.read(into, offset, length);
    }

    private int take(ByteBuffer into) throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        int count = Math.min(into.remaining(), ahead.remaining());
        into.put(into.position(), ahead, ahead.position(), count);
        into.position(into.position() + count);
        ahead.position(ahead.position() + count);
        return count;
    }

    @Override
    @Switches
    public int write(ByteBuffer from) throws IOException {
        return stream.write(from);
    }

    @Override
    @Switches
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        return stream.write(from, offset, length);
    }

    @Override
    @NeverSwitches
    public int tryWrite(ByteBuffer from) throws IOException {
        return stream.tryWrite(from);
    }

    @Override
    @Switches
    public void shutdownOutput() throws IOException {
        stream.shutdownOutput();
    }

    @Override
    public Duration timeout() {
        return stream.timeout();
    }

    @Override
    public void timeout(Duration timeout) {
        stream.timeout(timeout);
    }

    @Override
    public InputStream inputStream() {
        return input;
    }

    @Override
    public OutputStream outputStream() {
        return output;
    }

    @Override
    @AnyThread
    public boolean isOpen() {
        return stream.isOpen();
    }

    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        stream.close();
    }

    @Override
    public String toString() {
        return "<" + stream + ", " + ahead.remaining() + " bytes read ahead>";
    }
}
