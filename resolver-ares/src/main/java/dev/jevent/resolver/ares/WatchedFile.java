package dev.jevent.resolver.ares;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Tells when a file has changed: looks at it every few seconds at most, when asked. */
final class WatchedFile {
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(5);

    /** What tells one content from another without reading it. */
    private record Stamp(long modified, long size, Object key) {
        static final Stamp NONE = new Stamp(0, -1, null);
    }

    final Path path;
    private final AtomicLong looked = new AtomicLong(System.nanoTime() - 2 * INTERVAL);
    private volatile Stamp seen;

    WatchedFile(Path path) {
        this.path = path;
    }

    /** Whether it isn't what it was when this last returned true. True for one caller; the first time, too. */
    boolean changed() {
        long last = looked.get();
        long now = System.nanoTime();
        if (now - last < INTERVAL || !looked.compareAndSet(last, now)) {
            return false;
        }
        Stamp found = stamp();
        if (found.equals(seen)) {
            return false;
        }
        seen = found;
        return true;
    }

    /** The next {@link #changed} looks, whenever the last one did. */
    void lookNow() {
        looked.set(System.nanoTime() - 2 * INTERVAL);
    }

    /** Bytes, as last seen. */
    long size() {
        Stamp found = seen;
        return found == null ? 0 : found.size;
    }

    private Stamp stamp() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new Stamp(attributes.lastModifiedTime().toMillis(), attributes.size(), attributes.fileKey());
        } catch (IOException e) {
            return Stamp.NONE; // it isn't there, or not for us
        }
    }
}
