package dev.jevent.servers.http;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.ByteStream;
import dev.jevent.io.ByteStreamInput;
import dev.jevent.io.ByteStreamOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;

/** A connection after HTTP: begins with what had come behind the request already. */
final class UpgradedStream implements ByteStream {
    private final ByteStream stream;
    private final ByteBuffer ahead;
    private final ByteStreamInput input = new ByteStreamInput(this);
    private final ByteStreamOutput output = new ByteStreamOutput(this);

    UpgradedStream(ByteStream stream, ByteBuffer ahead) {
        this.stream = stream;
        this.ahead = ahead;
    }

    private int takeAhead(ByteBuffer into) {
        int count = Math.min(ahead.remaining(), into.remaining());
        into.put(ahead.slice(ahead.position(), count));
        ahead.position(ahead.position() + count);
        return count;
    }

    @Override
    @Switches
    public int read(ByteBuffer into) throws IOException {
        return ahead.hasRemaining() ? takeAhead(into) : stream.read(into);
    }

    @Override
    @NeverSwitches
    public int tryRead(ByteBuffer into) throws IOException {
        return ahead.hasRemaining() ? takeAhead(into) : stream.tryRead(into);
    }

    @Override
    @Switches
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (!ahead.hasRemaining()) {
            return stream.read(into, offset, length);
        }
        long count = 0;
        for (int i = offset; i < offset + length; i++) {
            count += takeAhead(into[i]);
        }
        return count;
    }

    @Override
    @Switches
    public int write(ByteBuffer from) throws IOException {
        return stream.write(from);
    }

    @Override
    @NeverSwitches
    public int tryWrite(ByteBuffer from) throws IOException {
        return stream.tryWrite(from);
    }

    @Override
    @Switches
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        return stream.write(from, offset, length);
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
        return "<after HTTP: " + stream + ">";
    }
}
