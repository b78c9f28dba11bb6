package dev.jevent.io.patch;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Iterator;

/** A path of the platform, of our file system: by that, {@link java.nio.file.Files} comes to our provider. */
final class OffloadedPath implements Path {
    private final OffloadedFileSystem system;
    private final Path path;

    OffloadedPath(OffloadedFileSystem system, Path path) {
        this.system = system;
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** Of the platform; a path of a third file system stays as it is, and the platform refuses it. */
    static Path real(Path path) {
        return path instanceof OffloadedPath ours ? ours.path : path;
    }

    private Path ours(Path found) {
        return found == null ? null : found == path ? this : new OffloadedPath(system, found);
    }

    @Override
    public OffloadedFileSystem getFileSystem() {
        return system;
    }

    @Override
    public boolean isAbsolute() {
        return path.isAbsolute();
    }

    @Override
    public Path getRoot() {
        return ours(path.getRoot());
    }

    @Override
    public Path getFileName() {
        return ours(path.getFileName());
    }

    @Override
    public Path getParent() {
        return ours(path.getParent());
    }

    @Override
    public int getNameCount() {
        return path.getNameCount();
    }

    @Override
    public Path getName(int index) {
        return ours(path.getName(index));
    }

    @Override
    public Path subpath(int beginIndex, int endIndex) {
        return ours(path.subpath(beginIndex, endIndex));
    }

    private boolean isForeign(Path other) {
        return other.getFileSystem() != system && other.getFileSystem() != path.getFileSystem();
    }

    @Override
    public boolean startsWith(Path other) {
        return !isForeign(other) && path.startsWith(real(other));
    }

    @Override
    public boolean endsWith(Path other) {
        return !isForeign(other) && path.endsWith(real(other));
    }

    @Override
    public Path normalize() {
        return ours(path.normalize());
    }

    @Override
    public Path resolve(Path other) {
        return ours(path.resolve(real(other)));
    }

    @Override
    public Path relativize(Path other) {
        return ours(path.relativize(real(other)));
    }

    @Override
    public URI toUri() {
        return path.toUri();
    }

    @Override
    public Path toAbsolutePath() {
        return ours(path.toAbsolutePath());
    }

    @Override
    public Path toRealPath(LinkOption... options) throws IOException {
        return ours(Offloaded.call(() -> path.toRealPath(options)));
    }

    @Override
    public File toFile() {
        return new File(path.toString());
    }

    @Override
    public WatchKey register(WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) throws IOException {
        if (watcher instanceof OffloadedWatchService ours) {
            return ours.key(Offloaded.call(() -> path.register(ours.watcher(), events, modifiers)));
        }
        return path.register(watcher, events, modifiers);
    }

    @Override
    public Iterator<Path> iterator() {
        Iterator<Path> names = path.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return names.hasNext();
            }

            @Override
            public Path next() {
                return ours(names.next());
            }
        };
    }

    /** @throws ClassCastException if {@code other} is of another file system */
    @Override
    public int compareTo(Path other) {
        return path.compareTo(((OffloadedPath) other).path);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OffloadedPath ours && path.equals(ours.path);
    }

    @Override
    public int hashCode() {
        return path.hashCode();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
