package dev.jevent.io.patch;

import dev.jevent.GreenletInterrupted;
import dev.jevent.Hub;
import dev.jevent.io.CooperativeInput;
import dev.jevent.sync.Semaphore;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Objects;

/**
 * A stream that blocks, for any number of threads and greenlets, who take turns. Greenlets read it through a {@link CooperativeInput}: who
 * is killed while it waits loses nothing, what comes is for the next who reads. Threads without a hub read it themselves, unless a native
 * thread reads already for a greenlet that was killed.
 */
final class PumpedInput extends InputStream {
    private final InputStream blocking;
    private final CooperativeInput input;
    private final Semaphore turn = new Semaphore();
    private volatile boolean pumping = true;

    private boolean asked; // a thread, which hasn't answered yet; for whose turn it is

    PumpedInput(InputStream blocking) {
        this.blocking = blocking;
        input = new CooperativeInput(blocking, "standard input");
    }

    boolean pumping() {
        return pumping;
    }

    /** While it is off, reads block; what was read ahead comes first. */
    void pumping(boolean pumping) {
        this.pumping = pumping;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        try {
            turn.acquire();
            try {
                return readInTurn(into, offset, length);
            } finally {
                turn.release();
            }
        } catch (GreenletInterrupted e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading");
        }
    }

    private int readInTurn(byte[] into, int offset, int length) throws IOException {
        boolean cooperative = pumping && Hub.ifExists() != null;
        if (cooperative && input.isWatched()) {
            return input.read(into, offset, length); // reads nothing ahead
        }
        if (!cooperative && !asked && (input.isWatched() || input.available() == 0)) {
            return blocking.read(into, offset, length);
        }
        asked = true;
        int count;
        try {
            count = input.read(into, offset, length);
        } catch (IOException e) { // unlike a kill, an answer
            asked = false;
            throw e;
        }
        asked = false;
        return count;
    }

    @Override
    public int available() throws IOException {
        if (!turn.tryAcquire()) {
            return 0;
        }
        try {
            int read = input.isWatched() ? 0 : input.available();
            return read > 0 || asked ? read : blocking.available();
        } finally {
            turn.release();
        }
    }

    @Override
    public void close() throws IOException {
        if (input.isWatched()) {
            input.close(); // which tells the loops
        } else {
            blocking.close();
        }
    }
}
