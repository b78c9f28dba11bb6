package dev.jevent.io.patch;

import dev.jevent.GreenletInterrupted;
import dev.jevent.Hub;
import dev.jevent.sync.FifoQueue;
import dev.jevent.sync.Semaphore;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Objects;

/**
 * A stream that blocks, read by a thread of its own when somebody asks. Who is killed while it waits loses nothing: what comes
 * is for the next who reads. Nothing is read that nobody asked for, but for the rest of a piece.
 */
final class PumpedInput extends InputStream {
    private static final int PIECE = 8 * 1024;

    private final InputStream blocking;
    private final Semaphore turn = new Semaphore();
    private final Semaphore asked = new Semaphore(0);
    private final FifoQueue<Piece> pieces = new FifoQueue<>();
    private volatile boolean pumping = true;
    private volatile boolean ended;

    // For whose turn it is.
    private Thread pump;
    private boolean asking; // a piece is under way
    private Piece piece = Piece.NONE;

    PumpedInput(InputStream blocking) {
        this.blocking = blocking;
    }

    boolean pumping() {
        return pumping;
    }

    void pumping(boolean pumping) {
        this.pumping = pumping;
    }

    /** What one read of the blocking stream brought. */
    private static final class Piece {
        static final Piece NONE = new Piece(new byte[0], 0, null);

        final byte[] bytes;
        final int length; // -1: the end of the stream
        final IOException failure;
        int position;

        Piece(byte[] bytes, int length, IOException failure) {
            this.bytes = bytes;
            this.length = length;
            this.failure = failure;
        }

        int remaining() {
            return length - position;
        }
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
        } catch (GreenletInterrupted e) {
            throw interrupted();
        }
        try {
            if (piece.remaining() <= 0) {
                if (!pumping && !asking) {
                    return blocking.read(into, offset, length);
                }
                piece = nextPiece();
            }
            Piece now = piece;
            if (now.failure != null || now.length < 0) {
                piece = Piece.NONE;
                if (now.failure != null) {
                    throw now.failure;
                }
                return -1;
            }
            int count = Math.min(length, now.remaining());
            System.arraycopy(now.bytes, now.position, into, offset, count);
            now.position += count;
            return count;
        } finally {
            turn.release();
        }
    }

    private Piece nextPiece() throws IOException {
        if (!asking) {
            if (pump == null) {
                pump = new Thread(this::pump, "jevent-stdin");
                pump.setDaemon(true); // it cannot be woken from its read
                pump.start();
            }
            asking = true;
            asked.release();
        }
        Hub hub = Hub.ifExists();
        Hub.Hold hold = hub == null || hub.isClosed() ? null : hub.hold(); // a thread that the hub doesn't know will wake us
        try {
            Piece next = pieces.take();
            asking = false;
            return next;
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            if (hold != null) {
                hold.close();
            }
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while reading");
    }

    /** Ends the thread, if it doesn't read. */
    void end() {
        ended = true;
        asked.release();
    }

    private void pump() {
        while (true) {
            asked.acquire();
            if (ended) {
                return;
            }
            byte[] bytes = new byte[PIECE];
            Piece read;
            try {
                read = new Piece(bytes, blocking.read(bytes, 0, PIECE), null);
            } catch (IOException e) {
                read = new Piece(bytes, 0, e);
            } catch (Throwable e) {
                read = new Piece(bytes, 0, new IOException("reading failed: " + e, e));
            }
            pieces.offer(read);
        }
    }

    @Override
    public int available() throws IOException {
        if (!turn.tryAcquire()) {
            return 0;
        }
        try {
            if (piece.remaining() > 0) {
                return piece.remaining();
            }
            if (!asking) {
                return blocking.available();
            }
            Piece next = pieces.poll();
            if (next == null) {
                return 0;
            }
            asking = false;
            piece = next;
            return Math.max(0, next.remaining());
        } finally {
            turn.release();
        }
    }

    @Override
    public void close() throws IOException {
        blocking.close();
    }
}
