package dev.jevent.io;

import dev.jevent.Durations;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Arrays;

/**
 * Bytes that come from elsewhere: the reading half of a {@link ByteStream}, and what that says of kills, timeouts and
 * closing is true here, too. A stream and a channel in one. For one greenlet at a time.
 *
 * <p>{@link #readAllBytes()} and {@link #readNBytes(int)} lose nothing either: what they have taken when they fail is read
 * again first.
 */
public abstract class ByteInput extends InputStream implements ReadableByteChannel {
    private static final int FIRST = 1024;

    private volatile long timeoutNanos = -1;
    private ByteBuffer wrapper = ByteBuffer.allocate(0); // of the array that was read into last
    private ByteBuffer unread; // null: nothing; what a read of many bytes had taken when it failed

    protected ByteInput() {}

    /**
     * Waits until there is something, and takes it.
     *
     * @param into has room
     * @param nanos longest wait; negative: without limit
     * @return how many bytes; 0 if the time was over before; -1 at the end
     */
    @Switches
    protected abstract int receive(ByteBuffer into, long nanos) throws IOException;

    /** @return how many bytes could be had without waiting, perhaps 0; -1 at the end */
    @NeverSwitches
    protected abstract int tryReceive(ByteBuffer into) throws IOException;

    /**
     * Waits until there is something to read, and reads that.
     *
     * @return how many bytes, 0 only if {@code into} is full; -1 at the end
     * @throws SocketTimeoutException when {@link #timeout()} is over
     */
    @Override
    @Switches
    public final int read(ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        if (unread != null) {
            return takeUnread(into);
        }
        int count = receive(into, timeoutNanos);
        if (count == 0) {
            throw new SocketTimeoutException("read of " + this + " timed out");
        }
        return count;
    }

    /** As {@link #read(ByteBuffer)}, but returns 0 instead of waiting. */
    @NeverSwitches
    public final int tryRead(ByteBuffer into) throws IOException {
        return unread != null && into.hasRemaining() ? takeUnread(into) : tryReceive(into);
    }

    private int takeUnread(ByteBuffer into) {
        int count = Math.min(into.remaining(), unread.remaining());
        into.put(unread.slice().limit(count));
        unread.position(unread.position() + count);
        if (!unread.hasRemaining()) {
            unread = null;
        }
        return count;
    }

    @Override
    @Switches
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    @Switches
    public final int read(byte[] into, int offset, int length) throws IOException {
        java.util.Objects.checkFromIndexSize(offset, length, into.length);
        ByteBuffer buffer = wrapper;
        if (buffer.array() != into) {
            wrapper = buffer = ByteBuffer.wrap(into);
        }
        return length == 0 ? 0 : read(buffer.limit(offset + length).position(offset));
    }

    @Override
    @Switches
    public final byte[] readNBytes(int length) throws IOException {
        if (length < 0) {
            throw new IllegalArgumentException("length: " + length + " (expected: >= 0)");
        }
        byte[] bytes = new byte[Math.min(length, FIRST)];
        int count = 0;
        boolean complete = false;
        try {
            while (count < length) {
                if (count == bytes.length) {
                    bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * count));
                }
                int step = read(ByteBuffer.wrap(bytes, count, bytes.length - count));
                if (step < 0) {
                    break;
                }
                count += step;
            }
            complete = true;
        } finally {
            if (!complete && count > 0) {
                unread = ByteBuffer.wrap(bytes, 0, count); // nothing was unread any more, or the last read wouldn't have failed
            }
        }
        return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
    }

    @Override
    @Switches
    public final byte[] readAllBytes() throws IOException {
        return readNBytes(Integer.MAX_VALUE);
    }

    /** How many bytes can be read without waiting. */
    @Override
    @NeverSwitches
    public int available() throws IOException {
        return unread == null ? 0 : unread.remaining();
    }

    /** This as text: buffered, so nothing else should read here any more. */
    public final BufferedReader reader(Charset charset) {
        return new BufferedReader(new InputStreamReader(this, charset));
    }

    /** How long one read may wait; null: without limit, as at the start. */
    public final Duration timeout() {
        long nanos = timeoutNanos;
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    /** @throws IllegalArgumentException if {@code timeout} is negative; null: without limit */
    public final void timeout(Duration timeout) {
        timeoutNanos = timeout == null ? -1 : Durations.nanos("timeout", timeout);
    }

    /** Idempotent. */
    @Override
    @AnyThread
    @NeverSwitches
    public abstract void close() throws IOException;
}
