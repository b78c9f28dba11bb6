package dev.jevent.io.patch;

import dev.jevent.Hub;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file channel whose operations a greenlet has made on the pool of its hub; other threads make them themselves.
 *
 * <p>The pool's threads never touch the caller's buffers. A kill or a timeout doesn't close the channel: a read that nobody waits
 * for any more has not happened, a write goes on and counts as done, and what comes later comes after them.
 */
final class OffloadedFileChannel extends FileChannel {
    /** As much goes through the pool at once. */
    private static final int PIECE = 256 * 1024;

    private static final long FIRST_PAUSE = 1_000_000;
    private static final long LONGEST_PAUSE = 50_000_000;

    private final FileChannel file;

    /** For operations that move the position: taken on the pool's threads, and by callers that block anyway. */
    private final ReentrantLock turn = new ReentrantLock();

    private ByteBuffer unread; // what a read brought that nobody waited for, and the position couldn't be taken back

    OffloadedFileChannel(FileChannel file) {
        this.file = file;
    }

    FileChannel file() {
        return file;
    }

    // ---- how an operation is made ----

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private <V> V call(Offloaded.Body<V> body) throws IOException {
        checkOpen();
        try {
            return Offloaded.call(body);
        } catch (ClosedChannelException e) {
            close(); // perhaps by an interrupt of a thread without a hub
            throw e;
        }
    }

    private <V> V inTurn(Offloaded.Body<V> body) throws IOException {
        return call(() -> {
            takeTurn();
            try {
                return body.run();
            } finally {
                turn.unlock();
            }
        });
    }

    /** Main of a hub may come here while the patch is off, and must not wait behind a greenlet in the lock's queue. */
    private void takeTurn() {
        boolean interrupted = false;
        boolean mine = turn.tryLock();
        while (!mine) {
            try {
                mine = turn.tryLock(10, TimeUnit.MILLISECONDS) || turn.tryLock();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- reading ----

    @Override
    public int read(ByteBuffer into) throws IOException {
        checkOpen();
        if (into.isReadOnly()) {
            throw new IllegalArgumentException("into: " + into + " (expected: one that isn't read-only)");
        }
        Hub hub = Offloaded.hub();
        if (hub == null) {
            return inTurn(() -> unread == null ? file.read(into) : takeUnread(into));
        }
        int total = 0;
        while (true) {
            int wanted = Math.min(into.remaining(), PIECE);
            ByteBuffer piece;
            try {
                piece = new Reading(wanted).on(hub);
            } catch (ClosedChannelException e) {
                close();
                throw e;
            } catch (IOException e) {
                if (total > 0) {
                    return total; // they were read; who asks again is told
                }
                throw e;
            }
            if (piece == null) {
                return total == 0 ? -1 : total;
            }
            into.put(piece);
            total += piece.limit();
            if (piece.limit() < wanted || !into.hasRemaining()) {
                return total;
            }
        }
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

    /** One piece, from where the position is; null at the end of the file. */
    private final class Reading extends Offloaded<ByteBuffer> {
        private final int wanted;

        Reading(int wanted) {
            this.wanted = wanted;
        }

        @Override
        ByteBuffer run() throws IOException {
            takeTurn();
            ByteBuffer piece = ByteBuffer.allocate(wanted);
            int count = unread == null ? file.read(piece) : takeUnread(piece);
            return count < 0 ? null : piece.flip();
        }

        @Override
        void abandoned(ByteBuffer piece) {
            if (piece == null || !piece.hasRemaining()) {
                return;
            }
            try {
                file.position(file.position() - piece.remaining());
            } catch (IOException e) { // it has none: a pipe, a terminal
                unread = unread == null ? piece : ByteBuffer.allocate(piece.remaining() + unread.remaining()).put(piece).put(unread).flip();
            }
        }

        /** Nobody reads between an answer that comes too late and its return to where it was. */
        @Override
        void ended() {
            turn.unlock();
        }
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        if (into.isReadOnly()) {
            throw new IllegalArgumentException("into: " + into + " (expected: one that isn't read-only)");
        }
        if (Offloaded.hub() == null) {
            return call(() -> file.read(into, position));
        }
        int total = 0;
        while (true) {
            int wanted = Math.min(into.remaining(), PIECE);
            long from = position + total;
            ByteBuffer piece = call(() -> {
                ByteBuffer read = ByteBuffer.allocate(wanted);
                return file.read(read, from) < 0 ? null : read.flip();
            });
            if (piece == null) {
                return total == 0 ? -1 : total;
            }
            into.put(piece);
            total += piece.limit();
            if (piece.limit() < wanted || !into.hasRemaining()) {
                return total;
            }
        }
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (Offloaded.hub() == null) {
            return inTurn(() -> unread == null ? file.read(into, offset, length) : takeUnread(into[offset]));
        }
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            if (into[i].hasRemaining()) {
                int count = read(into[i]);
                if (count < 0) {
                    return total == 0 ? -1 : total;
                }
                total += count;
                if (into[i].hasRemaining()) {
                    break;
                }
            }
        }
        return total;
    }

    // ---- writing ----

    @Override
    public int write(ByteBuffer from) throws IOException {
        if (Offloaded.hub() == null) {
            return inTurn(() -> file.write(from));
        }
        int start = from.position();
        do {
            ByteBuffer piece = copy(from);
            inTurn(() -> writeAll(piece));
        } while (from.hasRemaining());
        return from.position() - start;
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
        if (Offloaded.hub() == null) {
            return call(() -> file.write(from, position));
        }
        int start = from.position();
        do {
            long to = position + from.position() - start;
            ByteBuffer piece = copy(from);
            call(() -> {
                while (piece.hasRemaining()) {
                    file.write(piece, to + piece.position());
                }
                return null;
            });
        } while (from.hasRemaining());
        return from.position() - start;
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        if (Offloaded.hub() == null) {
            return inTurn(() -> file.write(from, offset, length));
        }
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            if (from[i].hasRemaining()) {
                total += write(from[i]);
            }
        }
        return total;
    }

    private Void writeAll(ByteBuffer piece) throws IOException {
        do {
            file.write(piece);
        } while (piece.hasRemaining());
        return null;
    }

    /** Handed over, and so counted as written. */
    private static ByteBuffer copy(ByteBuffer from) {
        int length = Math.min(from.remaining(), PIECE);
        ByteBuffer copy = ByteBuffer.allocate(length).put(from.slice().limit(length)).flip();
        from.position(from.position() + length);
        return copy;
    }

    // ---- from channel to channel ----

    private static boolean isOfJdk(Object channel) {
        return channel.getClass().getModule() == Object.class.getModule();
    }

    /** A channel that isn't the JDK's is only used by the caller's own thread. */
    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        Objects.requireNonNull(target, "target");
        WritableByteChannel real = target instanceof OffloadedFileChannel ours ? ours.file : target;
        if (isOfJdk(real) || Offloaded.hub() == null) {
            return call(() -> file.transferTo(position, count, real));
        }
        checkTransfer(position, count);
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(count, PIECE));
        long total = 0;
        while (total < count) {
            piece.clear().limit((int) Math.min(count - total, PIECE));
            if (read(piece, position + total) <= 0) {
                break;
            }
            int read = piece.flip().limit();
            int written = target.write(piece);
            total += written;
            if (written < read) {
                break;
            }
        }
        return total;
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
        Objects.requireNonNull(source, "source");
        ReadableByteChannel real = source instanceof OffloadedFileChannel ours ? ours.file : source;
        if (isOfJdk(real) || Offloaded.hub() == null) {
            return call(() -> file.transferFrom(real, position, count));
        }
        checkTransfer(position, count);
        if (position > size()) {
            return 0;
        }
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(count, PIECE));
        long total = 0;
        while (total < count) {
            piece.clear().limit((int) Math.min(count - total, PIECE));
            if (source.read(piece) <= 0) {
                break;
            }
            total += write(piece.flip(), position + total);
        }
        return total;
    }

    private void checkTransfer(long position, long count) throws IOException {
        checkOpen();
        if (position < 0 || count < 0) {
            throw new IllegalArgumentException("position, count: " + position + ", " + count + " (expected: >= 0)");
        }
    }

    // ---- the file ----

    @Override
    public long position() throws IOException {
        return inTurn(() -> file.position());
    }

    @Override
    public FileChannel position(long newPosition) throws IOException {
        inTurn(() -> file.position(newPosition));
        return this;
    }

    @Override
    public long size() throws IOException {
        return call(file::size);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        inTurn(() -> file.truncate(size));
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        call(() -> {
            file.force(metaData);
            return null;
        });
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        return call(() -> file.map(mode, position, size));
    }

    @Override
    public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
        checkOpen();
        return file.map(mode, offset, size, arena); // an arena may be of this thread alone
    }

    // ---- locks ----

    /** As the channel's that was asked for. */
    private static final class Lock extends FileLock {
        private final FileLock lock;

        Lock(FileChannel channel, FileLock lock) {
            super(channel, lock.position(), lock.size(), lock.isShared());
            this.lock = lock;
        }

        @Override
        public boolean isValid() {
            return lock.isValid();
        }

        @Override
        public void release() throws IOException {
            lock.release();
        }
    }

    private FileLock ours(FileLock lock) {
        return lock == null ? null : new Lock(this, lock);
    }

    /** In a greenlet it asks again and again, at most 50 ms later each time: no thread of the pool waits for others. */
    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        if (Offloaded.hub() == null) {
            return ours(call(() -> file.lock(position, size, shared)));
        }
        long pause = FIRST_PAUSE;
        FileLock lock;
        while ((lock = tryLock(position, size, shared)) == null) {
            pause(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE);
        }
        return lock;
    }

    private static void pause(long nanos) throws FileLockInterruptionException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos); // also where a greenlet keeps its hub's thread
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FileLockInterruptionException();
        }
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        checkOpen();
        return ours(file.tryLock(position, size, shared));
    }

    // ---- its end ----

    /** Whoever is in an operation is told, as the JDK has it. */
    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }

    @Override
    public String toString() {
        return "<" + file + ", by way of the hub's pool>";
    }
}
