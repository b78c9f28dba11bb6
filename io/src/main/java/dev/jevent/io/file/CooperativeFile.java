package dev.jevent.io.file;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Result;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;

/**
 * A file whose operations run on the hub's thread pool while other greenlets run: gevent's {@code FileObjectThread}. No system
 * can poll a regular file, so this is the way on each loop.
 *
 * <p>Operations are done one after the other, first come first served, also those of several hubs; each takes as much of its
 * buffer as it can, to the end of the file. On a thread without a hub they just block.
 *
 * <p><b>What a kill leaves behind.</b> Whoever waits goes on at once. A read that was killed has not happened: neither
 * position moved for what did not arrive. A piece of a write that is on its way goes on: the position of the buffer counts it as
 * written, the file's position follows when it is; operations after it wait for it, and the next one throws its error.
 */
@AnyThread
public final class CooperativeFile implements SeekableByteChannel, GatheringByteChannel, ScatteringByteChannel {
    /** As much goes through the pool at once. */
    private static final int PIECE = 64 * 1024;

    /** Between two tries to get a lock that others have; doubled up to the longest. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(1);

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

    private final Path path; // null: unknown
    private final FileChannel channel;
    private final boolean appends;
    private final FileOperations operations;

    // of whoever has the turn
    private volatile long position;
    private byte[] piece = new byte[0];
    private int written;

    CooperativeFile(Path path, FileChannel channel, boolean appends) throws IOException {
        this.path = path;
        this.channel = channel;
        this.appends = appends;
        this.position = channel.position();
        this.operations = new FileOperations(this, channel);
    }

    // ---- opening ----

    /**
     * Opens a file, for reading if nothing else is said. A FIFO or a terminal cannot be opened: those have no position. Read
     * them with {@link dev.jevent.io.CooperativeInput}. If it is killed while the system takes its time, the file is closed as soon
     * as it is open.
     *
     * @param options as for {@link FileChannel#open}
     */
    @Switches
    public static CooperativeFile open(Path path, OpenOption... options) throws IOException {
        Objects.requireNonNull(path, "path");
        Opening opening = new Opening(path, Set.copyOf(Arrays.asList(options)));
        Hub hub = Hub.ifExists();
        if (hub == null) {
            return opening.call();
        }
        CooperativeFile opened = null;
        Result<CooperativeFile> result = null;
        try {
            result = hub.threadPool().spawn(opening);
            result.join();
            if (result.exception() != null) {
                throw FileOperations.thrown(result.exception());
            }
            opened = result.value();
            return opened;
        } finally {
            if (opened == null) {
                if (result != null) {
                    result.cancel(false);
                }
                opening.abandon();
            }
        }
    }

    /** Takes over {@code channel}, which nobody else uses from now on. */
    public static CooperativeFile of(FileChannel channel) throws IOException {
        return new CooperativeFile(null, channel, false);
    }

    /** Where it was opened; null if it was made of a channel. Also after the close. [B-OSF-10] */
    public Path path() {
        return path;
    }

    // ---- reading ----

    /** @return how many bytes, less than {@code into} has room for only at the end of the file; -1 at the end */
    @Override
    @Switches
    public int read(ByteBuffer into) throws IOException {
        return operations.run(turn -> readAll(turn, into));
    }

    @Override
    @Switches
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        return operations.run(turn -> {
            long total = 0;
            for (int i = offset; i < offset + length; i++) {
                boolean wanted = into[i].hasRemaining();
                int count = readAll(turn, into[i]);
                if (count < 0) {
                    return total == 0 ? -1 : total;
                }
                total += count;
                if (wanted && into[i].hasRemaining()) {
                    return total;
                }
            }
            return total;
        });
    }

    @Override
    @Switches
    public long read(ByteBuffer[] into) throws IOException {
        return read(into, 0, into.length);
    }

    private int readAll(FileOperations.Turn turn, ByteBuffer into) throws IOException {
        if (into.isReadOnly()) {
            throw new IllegalArgumentException("into: " + into + " (expected: one that isn't read-only)");
        }
        int total = 0;
        while (into.hasRemaining()) {
            int wanted = Math.min(into.remaining(), PIECE);
            byte[] bytes = piece(wanted);
            int count = turn.onThread(() -> channel.read(ByteBuffer.wrap(bytes, 0, wanted), position));
            if (count < 0) {
                return total == 0 ? -1 : total;
            }
            into.put(bytes, 0, count);
            position += count;
            total += count;
            if (count < wanted) {
                break; // the end, as a rule; else it may be asked for again
            }
        }
        return total;
    }

    private byte[] piece(int length) {
        if (piece.length < length) {
            piece = new byte[Math.min(PIECE, Math.max(length, 2 * piece.length))];
        }
        return piece;
    }

    // ---- writing ----

    /** Writes all of {@code from}. */
    @Override
    @Switches
    public int write(ByteBuffer from) throws IOException {
        return operations.run(turn -> writeAll(turn, from));
    }

    @Override
    @Switches
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        return operations.run(turn -> {
            long total = 0;
            for (int i = offset; i < offset + length; i++) {
                total += writeAll(turn, from[i]);
            }
            return total;
        });
    }

    @Override
    @Switches
    public long write(ByteBuffer[] from) throws IOException {
        return write(from, 0, from.length);
    }

    private int writeAll(FileOperations.Turn turn, ByteBuffer from) throws IOException {
        int total = from.remaining();
        while (from.hasRemaining()) {
            int start = from.position();
            int length = Math.min(from.remaining(), PIECE);
            byte[] bytes = piece(length);
            from.get(start, bytes, 0, length);
            written = 0;
            try {
                turn.onThread(() -> writePiece(ByteBuffer.wrap(bytes, 0, length)));
            } finally {
                from.position(start + (turn.isOurs() ? written : length));
            }
        }
        return total;
    }

    /** On a native thread. */
    private Void writePiece(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (appends) {
                written += channel.write(bytes);
                position = channel.position();
            } else {
                int count = channel.write(bytes, position);
                position += count;
                written += count;
            }
        }
        return null;
    }

    // ---- the position and the size ----

    @Override
    @NeverSwitches
    public long position() throws IOException {
        checkOpen();
        return position;
    }

    /** Waits for operations that are under way. */
    @Override
    @Switches
    public CooperativeFile position(long newPosition) throws IOException {
        if (newPosition < 0) {
            throw new IllegalArgumentException("newPosition: " + newPosition + " (expected: >= 0)");
        }
        return operations.run(turn -> {
            position = newPosition;
            return this;
        });
    }

    @Override
    @Switches
    public long size() throws IOException {
        return operations.run(turn -> turn.onThread(channel::size));
    }

    @Override
    @Switches
    public CooperativeFile truncate(long size) throws IOException {
        if (size < 0) {
            throw new IllegalArgumentException("size: " + size + " (expected: >= 0)");
        }
        return operations.run(turn -> {
            turn.onThread(() -> channel.truncate(size));
            position = Math.min(position, size);
            return this;
        });
    }

    /** Brings what was written to the device, as {@link FileChannel#force}. */
    @Switches
    public void force(boolean metaData) throws IOException {
        operations.run(turn -> turn.onThread(() -> {
            channel.force(metaData);
            return null;
        }));
    }

    // ---- locks ----

    /** As {@link #lock(long, long, boolean)}, for all of the file, for us alone. */
    @Switches
    public FileLock lock() throws IOException {
        return lock(0, Long.MAX_VALUE, false);
    }

    /**
     * Waits until no other process has a lock that is in the way, and takes it. The system tells nobody when that is, so it is
     * asked again and again, at most {@code 50 ms} later each time: whoever asks may be overtaken.
     *
     * @throws java.nio.channels.OverlappingFileLockException if this JVM has one that is in the way
     */
    @Switches
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        Duration pause = FIRST_PAUSE;
        FileLock lock;
        while ((lock = tryLock(position, size, shared)) == null) {
            Waiter waiter = Waiter.current();
            waiter.arm(this);
            waiter.await(Durations.nanos("pause", pause));
            pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
        return lock;
    }

    /** As {@link #lock(long, long, boolean)}, but returns null instead of waiting. */
    @NeverSwitches
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        checkOpen();
        return channel.tryLock(position, size, shared);
    }

    // ---- streams ----

    /** Reads where {@link #position()} is, and moves it; closing it closes this. */
    public InputStream inputStream() {
        return Channels.newInputStream(this);
    }

    /** Writes where {@link #position()} is, and moves it; closing it closes this. */
    public OutputStream outputStream() {
        return Channels.newOutputStream(this);
    }

    // ---- whole files ----

    @Switches
    public static byte[] readAllBytes(Path path) throws IOException {
        return onThread(() -> Files.readAllBytes(path));
    }

    /** As UTF-8. @throws java.nio.charset.CharacterCodingException if it is none */
    @Switches
    public static String readString(Path path) throws IOException {
        return onThread(() -> Files.readString(path));
    }

    /** If it is killed, it goes on. @param options as for {@link Files#write} */
    @Switches
    public static void write(Path path, byte[] bytes, OpenOption... options) throws IOException {
        byte[] copy = Hub.ifExists() == null ? bytes : bytes.clone();
        onThread(() -> Files.write(path, copy, options));
    }

    /** As UTF-8. If it is killed, it goes on. @param options as for {@link Files#write} */
    @Switches
    public static void writeString(Path path, String text, OpenOption... options) throws IOException {
        write(path, text.getBytes(StandardCharsets.UTF_8), options);
    }

    private static <V> V onThread(FileOperations.Call<V> call) throws IOException {
        Hub hub = Hub.ifExists();
        if (hub == null) {
            return call.run();
        }
        Result<V> result = hub.threadPool().spawn(call::run);
        result.join();
        if (result.exception() != null) {
            throw FileOperations.thrown(result.exception());
        }
        return result.value();
    }

    // ---- its end ----

    private void checkOpen() throws ClosedChannelException {
        if (operations.isClosed()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public boolean isOpen() {
        return !operations.isClosed();
    }

    /** Refuses what comes later, and closes the file as soon as what is under way is done: at once, as a rule. Idempotent. */
    @Override
    @NeverSwitches
    public void close() throws IOException {
        operations.close();
    }

    @Override
    public String toString() {
        return "<CooperativeFile " + (path == null ? channel : path) + (isOpen() ? ">" : ", closed>");
    }
}
