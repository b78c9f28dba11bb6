package dev.jevent.io;

import dev.jevent.Durations;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Objects;

/**
 * Bytes that go elsewhere: the writing half of a {@link ByteStream}, and what that says of kills, timeouts and closing is
 * true here, too. A stream and a channel in one.
 */
public abstract class ByteOutput extends OutputStream implements WritableByteChannel {
    private volatile long timeoutNanos = -1;

    protected ByteOutput() {}

    /**
     * Writes all of {@code from}, whose position tells at any time how much of it is written.
     *
     * @param nanos longest wait for all of it; negative: without limit
     * @return false if the time was over before
     */
    @Switches
    protected abstract boolean send(ByteBuffer from, long nanos) throws IOException;

    /**
     * Writes all of {@code from}, waiting as often as need be.
     *
     * @return how many bytes that were
     * @throws SocketTimeoutException when {@link #timeout()}, which is for all of it, is over
     */
    @Override
    @Switches
    public final int write(ByteBuffer from) throws IOException {
        int total = from.remaining();
        if (!send(from, timeoutNanos)) {
            SocketTimeoutException e = new SocketTimeoutException("write to " + this + " timed out");
            e.bytesTransferred = total - from.remaining();
            throw e;
        }
        return total;
    }

    /** Writes as much as goes without waiting, perhaps nothing. */
    @NeverSwitches
    public abstract int tryWrite(ByteBuffer from) throws IOException;

    @Override
    @Switches
    public final void write(int b) throws IOException {
        write(ByteBuffer.wrap(new byte[] {(byte) b}));
    }

    @Override
    @Switches
    public final void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        write(ByteBuffer.wrap(from, offset, length));
    }

    @Switches
    public final void write(String text, Charset charset) throws IOException {
        write(charset.encode(text));
    }

    /** Waits until everything written has arrived, and throws what went wrong with it. */
    @Override
    @Switches
    public abstract void flush() throws IOException;

    /** This as text, buffered: to be flushed. */
    public final BufferedWriter writer(Charset charset) {
        return new BufferedWriter(new OutputStreamWriter(this, charset));
    }

    /** How long one write may wait; null: without limit, as at the start. */
    public final Duration timeout() {
        long nanos = timeoutNanos;
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    /** @throws IllegalArgumentException if {@code timeout} is negative; null: without limit */
    public final void timeout(Duration timeout) {
        timeoutNanos = timeout == null ? -1 : Durations.nanos("timeout", timeout);
    }

    /** What was written still goes. Idempotent. */
    @Override
    @AnyThread
    @NeverSwitches
    public abstract void close() throws IOException;
}
