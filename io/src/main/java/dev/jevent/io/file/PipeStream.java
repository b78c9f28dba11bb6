package dev.jevent.io.file;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.ByteStream;
import dev.jevent.io.ByteStreamInput;
import dev.jevent.io.ByteStreamOutput;
import dev.jevent.io.Readiness;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.Objects;

/**
 * A pipe of the operating system, both ends of it: what is written can be read, by greenlets of the same hub or of others. Waits
 * go through the loop. It holds some 64 KB; a writer waits while it is full.
 *
 * <p>{@link #shutdownOutput()} closes the end that is written to, so that who reads finds the end of it.
 */
public final class PipeStream implements ByteStream {
    /** Operations without a wait before others get their turn. */
    private static final int FAIR = 64;

    private final Pipe.SourceChannel source;
    private final Pipe.SinkChannel sink;
    private final Readiness reading;
    private final Readiness writing;
    private final ByteStreamInput input = new ByteStreamInput(this);
    private final ByteStreamOutput output = new ByteStreamOutput(this);
    private volatile long timeoutNanos = -1;
    private int unwaited; // operations since the last wait; a hint, so a race between hubs doesn't matter

    /** A new pipe, of the caller's loop. */
    public PipeStream() throws IOException {
        this(Hub.current().loop().channels().openPipe());
    }

    /** Takes over {@code pipe}, which belongs to this from now on, also if this throws. */
    public PipeStream(Pipe pipe) throws IOException {
        source = pipe.source();
        sink = pipe.sink();
        boolean complete = false;
        try {
            source.configureBlocking(false);
            sink.configureBlocking(false);
            reading = new Readiness(this, source);
            writing = new Readiness(this, sink);
            complete = true;
        } finally {
            if (!complete) {
                try {
                    source.close();
                } finally {
                    sink.close();
                }
            }
        }
    }

    // ---- reading ----

    @Override
    @Switches
    public int read(ByteBuffer into) throws IOException {
        begin(reading, Interest.READ);
        try {
            if (!into.hasRemaining()) {
                return 0;
            }
            long since = start();
            while (true) {
                if (!reading.isDrained(Interest.READ)) {
                    int count = source.read(into);
                    if (count != 0) {
                        return count;
                    }
                    reading.drained(Interest.READ);
                }
                await(reading, Interest.READ, since, 0);
            }
        } finally {
            reading.release(Interest.READ);
        }
    }

    @Override
    @Switches
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        begin(reading, Interest.READ);
        try {
            if (remaining(into, offset, length) == 0) {
                return 0;
            }
            long since = start();
            while (true) {
                if (!reading.isDrained(Interest.READ)) {
                    long count = source.read(into, offset, length);
                    if (count != 0) {
                        return count;
                    }
                    reading.drained(Interest.READ);
                }
                await(reading, Interest.READ, since, 0);
            }
        } finally {
            reading.release(Interest.READ);
        }
    }

    @Override
    @NeverSwitches
    public int tryRead(ByteBuffer into) throws IOException {
        reading.acquire(Interest.READ);
        try {
            return source.read(into);
        } finally {
            reading.release(Interest.READ);
        }
    }

    // ---- writing ----

    @Override
    @Switches
    public int write(ByteBuffer from) throws IOException {
        begin(writing, Interest.WRITE);
        try {
            int total = from.remaining();
            long since = start();
            while (from.hasRemaining()) {
                if (sink.write(from) == 0) {
                    await(writing, Interest.WRITE, since, total - from.remaining());
                }
            }
            return total;
        } finally {
            writing.release(Interest.WRITE);
        }
    }

    @Override
    @Switches
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        begin(writing, Interest.WRITE);
        try {
            long total = remaining(from, offset, length);
            long since = start();
            for (long left = total; left > 0; left = remaining(from, offset, length)) {
                if (sink.write(from, offset, length) == 0) {
                    await(writing, Interest.WRITE, since, total - left);
                }
            }
            return total;
        } finally {
            writing.release(Interest.WRITE);
        }
    }

    @Override
    @NeverSwitches
    public int tryWrite(ByteBuffer from) throws IOException {
        writing.acquire(Interest.WRITE);
        try {
            return sink.write(from);
        } finally {
            writing.release(Interest.WRITE);
        }
    }

    private static long remaining(ByteBuffer[] buffers, int offset, int length) {
        long remaining = 0;
        for (int i = offset; i < offset + length; i++) {
            remaining += buffers[i].remaining();
        }
        return remaining;
    }

    // ---- waiting ----

    /** Takes that end, which {@link Readiness#release} must follow; before, after many operations without a wait, lets others run. */
    private void begin(Readiness end, Interest interest) throws IOException {
        if (++unwaited > FAIR) {
            if (end.isClosed()) {
                throw new ClosedChannelException();
            }
            end.checkFree(interest);
            unwaited = 0;
            Hub.current().yieldNow();
        }
        end.acquire(interest);
    }

    private long start() {
        return timeoutNanos < 0 ? 0 : Waiter.current().nanoTime();
    }

    private void await(Readiness end, Interest interest, long since, long done) throws IOException {
        unwaited = 0;
        long nanos = timeoutNanos;
        if (!end.await(interest, nanos < 0 ? -1 : Math.max(0, nanos - (Waiter.current().nanoTime() - since)))) {
            String verb = interest == Interest.READ ? "read" : "write";
            SocketTimeoutException e = new SocketTimeoutException(verb + " timed out");
            e.bytesTransferred = (int) Math.min(done, Integer.MAX_VALUE);
            throw e;
        }
    }

    @Override
    public Duration timeout() {
        long nanos = timeoutNanos;
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    @Override
    public void timeout(Duration timeout) {
        timeoutNanos = timeout == null ? -1 : Durations.nanos("timeout", timeout);
    }

    // ---- streams ----

    @Override
    public InputStream inputStream() {
        return input;
    }

    @Override
    public OutputStream outputStream() {
        return output;
    }

    // ---- its end ----

    @Override
    @AnyThread
    @NeverSwitches
    public void shutdownOutput() throws IOException {
        writing.close();
    }

    @Override
    @AnyThread
    public boolean isOpen() {
        return !reading.isClosed();
    }

    /** Both ends. */
    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        try {
            writing.close();
        } finally {
            reading.close();
        }
    }

    @Override
    public String toString() {
        return "<PipeStream@" + Integer.toHexString(hashCode()) + (isOpen() ? ">" : ", closed>");
    }
}
