package dev.jevent.io;

import dev.jevent.DescriptorCalls;
import dev.jevent.Hub;
import dev.jevent.Loop;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A stream whose writes block, written to cooperatively: by the loop, where that can watch it, else by a thread; the counterpart of
 * {@link CooperativeInput}.
 *
 * <p>A loop can if it {@linkplain dev.jevent.LoopCapabilities#descriptors watches descriptors}, and {@code stream} is a
 * {@link java.io.FileOutputStream} of a pipe, a FIFO or a terminal that the system opens once more, so that it is in non-blocking mode
 * for us alone. In any other case this is a {@link ThreadedOutput}. Which one is decided where the first write is made.
 *
 * <p>Several greenlets may write: each write is whole, first come first served.
 */
public final class CooperativeOutput extends ByteOutput {
    private final OutputStream stream;
    private final String name;
    private final AtomicReference<ByteOutput> way = new AtomicReference<>(); // null: not decided

    /** @param stream used by nobody else from now on; its {@code close} doesn't block for long once it is flushed */
    public CooperativeOutput(OutputStream stream) {
        this(stream, null);
    }

    /** @param name in errors and dumps; null: that of {@code stream} */
    public CooperativeOutput(OutputStream stream, String name) {
        this.stream = Objects.requireNonNull(stream, "stream");
        this.name = name;
    }

    private ByteOutput way() throws IOException {
        ByteOutput decided = way.get();
        if (decided == null) {
            Hub hub = Hub.ifExists();
            PolledOutput watched = hub == null || hub.isClosed() ? null : watched(hub.loop());
            decided = watched == null ? new ThreadedOutput(stream, name) : watched;
            if (!way.compareAndSet(null, decided)) { // neither has anything yet
                if (watched != null) {
                    watched.close();
                }
                decided = way.get();
            }
        }
        return decided;
    }

    /** The sink of a pipe, made a descriptor of our file, since that is a channel which all loops know. Null if it cannot be. */
    private PolledOutput watched(Loop loop) throws IOException {
        DescriptorCalls calls = loop.descriptorCalls();
        int descriptor = calls == null ? -1 : calls.descriptor(stream);
        if (descriptor < 0 || !calls.isWatchable(descriptor)) {
            return null;
        }
        Pipe pipe = loop.channels().openPipe();
        Pipe.SinkChannel sink = pipe.sink();
        PolledOutput watched = null;
        try {
            pipe.source().close();
            sink.configureBlocking(false); // now, for it changes the file that the descriptor has
            if (calls.reopenOutput(descriptor, calls.descriptor(sink))) {
                watched = PolledOutput.of(sink, name == null ? "CooperativeOutput of " + stream : name);
            }
            return watched;
        } finally {
            if (watched == null) {
                sink.close();
            }
        }
    }

    /** Whether the loop watches it. In a hub it is decided by now; elsewhere this is false before the first write. */
    @NeverSwitches
    public boolean isWatched() throws IOException {
        return (Hub.ifExists() == null ? way.get() : way()) instanceof PolledOutput;
    }

    @Override
    @Switches
    protected boolean send(ByteBuffer from, long nanos) throws IOException {
        return way().send(from, nanos);
    }

    @Override
    @NeverSwitches
    public int tryWrite(ByteBuffer from) throws IOException {
        return way().tryWrite(from);
    }

    @Override
    @Switches
    public void flush() throws IOException {
        ByteOutput decided = way();
        decided.timeout(timeout());
        decided.flush();
    }

    @Override
    @AnyThread
    public boolean isOpen() {
        ByteOutput decided = way.get();
        return decided == null || decided.isOpen();
    }

    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        ByteOutput decided = way();
        try {
            decided.close();
        } finally {
            if (decided instanceof PolledOutput) {
                stream.close();
            }
        }
    }

    @Override
    public String toString() {
        ByteOutput decided = way.get();
        return decided == null ? "<" + (name == null ? "CooperativeOutput of " + stream : name) + ">" : decided.toString();
    }
}
