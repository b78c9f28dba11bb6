package dev.jevent.io;

import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.time.Duration;

/**
 * Bytes in both directions: a blocking channel of {@code java.nio} that lets other greenlets run while it waits. One
 * greenlet may read while another writes; a second one in the same direction is refused with
 * {@link dev.jevent.ConcurrentUseException}, which names both.
 *
 * <p><b>What a timeout or a kill leaves behind.</b> The stream stays usable. Bytes are taken from, or put into, a buffer
 * only together with its position: after an error in the middle of a write the position tells how much was written.
 * {@link java.net.SocketTimeoutException#bytesTransferred} says it, too.
 *
 * <p><b>Close</b> is for any thread; who waits gets {@link java.nio.channels.AsynchronousCloseException}, and later calls
 * {@link java.nio.channels.ClosedChannelException}.
 */
public interface ByteStream extends ByteChannel, GatheringByteChannel, ScatteringByteChannel {
    /**
     * Waits until there is something to read, and reads that.
     *
     * @return how many bytes, 0 only if {@code into} is full; -1 at the end of the stream
     * @throws java.net.SocketTimeoutException when {@link #timeout()} is over
     */
    @Override
    @Switches
    int read(ByteBuffer into) throws IOException;

    /** As {@link #read}, but returns 0 instead of waiting. */
    @NeverSwitches
    int tryRead(ByteBuffer into) throws IOException;

    /**
     * Writes all of {@code from}, waiting as often as need be.
     *
     * @return how many bytes that were
     * @throws java.net.SocketTimeoutException when {@link #timeout()}, which is for all of it, is over
     */
    @Override
    @Switches
    int write(ByteBuffer from) throws IOException;

    /** Writes as much as goes without waiting, perhaps nothing. */
    @NeverSwitches
    int tryWrite(ByteBuffer from) throws IOException;

    @Override
    @Switches
    default long read(ByteBuffer[] into) throws IOException {
        return read(into, 0, into.length);
    }

    @Override
    @Switches
    default long write(ByteBuffer[] from) throws IOException {
        return write(from, 0, from.length);
    }

    /** Tells the other side that nothing more will come; reading goes on. Idempotent. */
    @Switches
    void shutdownOutput() throws IOException;

    /** How long one read or write may wait; null: without limit, as at the start. */
    Duration timeout();

    /** @throws IllegalArgumentException if {@code timeout} is negative; null: without limit */
    void timeout(Duration timeout);

    /** The reading side as a stream, the same each time; closing it closes this. */
    InputStream inputStream();

    /** The writing side as a stream, unbuffered, the same each time; closing it closes this. */
    OutputStream outputStream();
}
