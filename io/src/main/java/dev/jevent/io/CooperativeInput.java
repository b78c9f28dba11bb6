package dev.jevent.io;

import dev.jevent.DescriptorCalls;
import dev.jevent.Hub;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A stream whose reads block, read cooperatively: by the loop, where that can watch it, else by a thread.
 *
 * <p>A loop can if it {@linkplain dev.jevent.LoopCapabilities#descriptors watches descriptors}, and {@code stream} is a
 * {@link java.io.FileInputStream} of a pipe, a FIFO, a socket or a terminal, or {@link System#in} of one. Then nothing is read ahead. In any
 * other case this is a {@link ThreadedInput}. Which one is decided where the first read is made.
 */
public final class CooperativeInput extends ByteInput {
    private final InputStream stream;
    private final String name;
    private final AtomicReference<ByteInput> way = new AtomicReference<>(); // null: not decided

    /** @param stream used by nobody else from now on; its {@code close} doesn't block for long */
    public CooperativeInput(InputStream stream) {
        this(stream, null);
    }

    /** @param name in errors and dumps; null: that of {@code stream} */
    public CooperativeInput(InputStream stream, String name) {
        this.stream = Objects.requireNonNull(stream, "stream");
        this.name = name;
    }

    private ByteInput way() {
        ByteInput decided = way.get();
        if (decided == null) {
            decided = decide(Hub.ifExists());
            if (!way.compareAndSet(null, decided)) {
                decided = way.get(); // neither has anything yet
            }
        }
        return decided;
    }

    private ByteInput decide(Hub hub) {
        DescriptorCalls calls = hub == null || hub.isClosed() ? null : hub.loop().descriptorCalls();
        int descriptor = calls == null ? -1 : calls.descriptor(stream);
        return descriptor >= 0 && calls.isWatchable(descriptor)
                ? PolledInput.of(stream, descriptor, calls, name == null ? "CooperativeInput of " + stream : name)
                : new ThreadedInput(stream, name);
    }

    /** Whether the loop watches it. In a hub it is decided by now; elsewhere this is false before the first read. */
    @NeverSwitches
    public boolean isWatched() {
        return (Hub.ifExists() == null ? way.get() : way()) instanceof PolledInput;
    }

    @Override
    @Switches
    protected int receive(ByteBuffer into, long nanos) throws IOException {
        return way().receive(into, nanos);
    }

    @Override
    @NeverSwitches
    protected int tryReceive(ByteBuffer into) throws IOException {
        return way().tryReceive(into);
    }

    /** What was read ahead, or is in a pipe; 0 before the first read. */
    @Override
    @NeverSwitches
    public int available() throws IOException {
        ByteInput decided = way.get();
        return super.available() + (decided == null ? 0 : decided.available());
    }

    @Override
    @AnyThread
    public boolean isOpen() {
        ByteInput decided = way.get();
        return decided == null || decided.isOpen();
    }

    /** Who waits gets {@link java.nio.channels.AsynchronousCloseException}. Idempotent. */
    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        way().close();
    }

    @Override
    public String toString() {
        ByteInput decided = way.get();
        return decided == null ? "<" + (name == null ? "CooperativeInput of " + stream : name) + ">" : decided.toString();
    }
}
