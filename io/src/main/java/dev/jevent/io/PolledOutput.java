package dev.jevent.io;

import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.sync.Semaphore;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.time.Duration;

/**
 * A pipe that a loop watches, written to cooperatively; the counterpart of {@link PolledInput}. The position of a buffer tells what
 * the system has taken.
 *
 * <p>Several greenlets may write: each write is whole, first come first served. One that fails, or is killed, leaves what it had written.
 */
public final class PolledOutput extends ByteOutput {
    /** Writes without a wait before others get their turn. */
    private static final int FAIR = 64;

    private final Pipe.SinkChannel pipe;
    private final String name;
    private final Readiness readiness;
    private final Semaphore turn = new Semaphore(1, true);
    private final Cleaner.Cleanable whenForgotten;
    private int unwaited; // writes since the last wait; of who has the turn

    private PolledOutput(Pipe.SinkChannel pipe, String name) {
        this.pipe = pipe;
        this.name = name;
        readiness = new Readiness("<" + name + ">", pipe);
        whenForgotten = readiness.closeWhenForgotten(this, () -> { });
    }

    /** @param pipe one end, which this takes over @param name in errors and dumps */
    public static PolledOutput of(Pipe.SinkChannel pipe, String name) throws IOException {
        pipe.configureBlocking(false);
        return new PolledOutput(pipe, name);
    }

    @Override
    @Switches
    protected boolean send(ByteBuffer from, long nanos) throws IOException {
        long since = Turns.start(nanos);
        if (!takeTurn(nanos)) {
            return false;
        }
        try {
            readiness.acquire(Interest.WRITE);
            try {
                return writeAll(from, nanos, since);
            } finally {
                readiness.release(Interest.WRITE);
            }
        } finally {
            turn.release();
        }
    }

    private boolean takeTurn(long nanos) throws IOException {
        if (turn.tryAcquire()) {
            return true;
        }
        if (readiness.isClosed()) {
            throw new ClosedChannelException();
        }
        if (nanos < 0) {
            turn.acquire();
        } else if (!turn.acquire(Duration.ofNanos(nanos))) {
            return false;
        }
        if (readiness.isClosed()) {
            turn.release();
            throw new AsynchronousCloseException();
        }
        return true;
    }

    private boolean writeAll(ByteBuffer from, long nanos, long since) throws IOException {
        Hub hub = Hub.ifExists();
        while (from.hasRemaining()) {
            if (pipe.write(from) == 0) {
                unwaited = 0;
                long left = Turns.left(nanos, since);
                if (!(hub == null ? ThreadPoll.await(readiness, SelectionKey.OP_WRITE, left) : readiness.await(Interest.WRITE, left))) {
                    return false;
                }
            } else if (hub != null && ++unwaited > FAIR) {
                unwaited = 0;
                hub.yieldNow(); // the turn is kept, and so is the order
            }
        }
        return true;
    }

    @Override
    @NeverSwitches
    public int tryWrite(ByteBuffer from) throws IOException {
        if (readiness.isClosed()) {
            throw new ClosedChannelException();
        }
        if (!turn.tryAcquire()) {
            return 0;
        }
        try {
            readiness.acquire(Interest.WRITE);
            try {
                return pipe.write(from);
            } finally {
                readiness.release(Interest.WRITE);
            }
        } finally {
            turn.release();
        }
    }

    /** Nothing: what was written is in the pipe. */
    @Override
    @NeverSwitches
    public void flush() throws IOException {
        if (readiness.isClosed()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    @AnyThread
    public boolean isOpen() {
        return !readiness.isClosed();
    }

    /** Who waits gets {@link AsynchronousCloseException}. Idempotent. */
    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        readiness.close();
        whenForgotten.clean();
    }

    @Override
    public String toString() {
        return "<" + name + (isOpen() ? ">" : ", closed>");
    }
}
