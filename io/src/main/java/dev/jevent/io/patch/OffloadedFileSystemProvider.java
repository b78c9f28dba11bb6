package dev.jevent.io.patch;

import dev.jevent.Hub;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/**
 * The platform's provider, with what takes its time made on the pool of a greenlet's hub while {@link Patch#FILES} is on. The
 * JVM makes it at its first path if it is told to:
 * {@code -Djava.nio.file.spi.DefaultFileSystemProvider=dev.jevent.io.patch.OffloadedFileSystemProvider}
 *
 * <p>Public for the JVM only. Until the patch is turned on it touches nothing of jevent.
 */
public final class OffloadedFileSystemProvider extends FileSystemProvider {
    private final FileSystemProvider platform;
    private final OffloadedFileSystem system;

    public OffloadedFileSystemProvider(FileSystemProvider platform) {
        this.platform = platform;
        this.system = new OffloadedFileSystem(this, platform.getFileSystem(URI.create("file:///")));
    }

    private static Path real(Path path) {
        if (path instanceof OffloadedPath ours) {
            return ours.path();
        }
        throw new ProviderMismatchException("path: " + path + " (expected: one of the default file system, not of " + path.getFileSystem() + ")");
    }

    @Override
    public String getScheme() {
        return platform.getScheme();
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) throws IOException {
        return platform.newFileSystem(uri, environment);
    }

    /** None: whatever is in a file is another provider's. */
    @Override
    public FileSystem newFileSystem(Path path, Map<String, ?> environment) throws IOException {
        return platform.newFileSystem(OffloadedPath.real(path), environment);
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        platform.getFileSystem(uri); // refuses what isn't file:///
        return system;
    }

    @Override
    public Path getPath(URI uri) {
        return system.ours(platform.getPath(uri));
    }

    // ---- channels ----

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        Path real = real(path);
        Hub hub = Offloaded.hub();
        return new OffloadedFileChannel(hub == null
                ? platform.newFileChannel(real, options, attributes)
                : new Opening(real, Set.copyOf(options), attributes).on(hub));
    }

    @Override
    public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return newFileChannel(path, options, attributes);
    }

    /** The platform's, opened where no hub is, isn't closed by an interrupt. */
    @Override
    public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
        return Offloaded.hub() == null ? platform.newInputStream(real(path), options) : super.newInputStream(path, options);
    }

    @Override
    public OutputStream newOutputStream(Path path, OpenOption... options) throws IOException {
        return Offloaded.hub() == null ? platform.newOutputStream(real(path), options) : super.newOutputStream(path, options);
    }

    /** Whoever waited may be gone when it is open: a FIFO waits for its other side. */
    private final class Opening extends Offloaded<FileChannel> {
        private final Path path;
        private final Set<OpenOption> options;
        private final FileAttribute<?>[] attributes;

        Opening(Path path, Set<OpenOption> options, FileAttribute<?>... attributes) {
            this.path = path;
            this.options = options;
            this.attributes = attributes;
        }

        @Override
        FileChannel run() throws IOException {
            return platform.newFileChannel(path, options, attributes);
        }

        @Override
        void abandoned(FileChannel opened) throws IOException {
            opened.close();
        }
    }

    /** On threads of the JDK, so it lets others run by itself. */
    @Override
    public AsynchronousFileChannel newAsynchronousFileChannel(
            Path path, Set<? extends OpenOption> options, ExecutorService executor, FileAttribute<?>... attributes) throws IOException {
        return platform.newAsynchronousFileChannel(real(path), options, executor, attributes);
    }

    // ---- directories, links, and what else moves a name ----

    private interface Change {
        void make() throws IOException;
    }

    private static void change(Change change) throws IOException {
        Offloaded.call(() -> {
            change.make();
            return null;
        });
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
        Path real = real(directory);
        java.util.Objects.requireNonNull(filter, "filter");
        return new OffloadedDirectory(system, Offloaded.call(() -> platform.newDirectoryStream(real, entry -> true)), filter);
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
        Path real = real(directory);
        change(() -> platform.createDirectory(real, attributes));
    }

    @Override
    public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes) throws IOException {
        Path real = real(link);
        Path realTarget = real(target);
        change(() -> platform.createSymbolicLink(real, realTarget, attributes));
    }

    @Override
    public void createLink(Path link, Path existing) throws IOException {
        Path real = real(link);
        Path realExisting = real(existing);
        change(() -> platform.createLink(real, realExisting));
    }

    @Override
    public Path readSymbolicLink(Path link) throws IOException {
        Path real = real(link);
        return system.ours(Offloaded.call(() -> platform.readSymbolicLink(real)));
    }

    @Override
    public void delete(Path path) throws IOException {
        Path real = real(path);
        change(() -> platform.delete(real));
    }

    @Override
    public boolean deleteIfExists(Path path) throws IOException {
        Path real = real(path);
        return Offloaded.call(() -> platform.deleteIfExists(real));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        Path real = real(source);
        Path realTarget = real(target);
        change(() -> platform.copy(real, realTarget, options));
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        Path real = real(source);
        Path realTarget = real(target);
        change(() -> platform.move(real, realTarget, options));
    }

    // ---- what there is to know ----

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
        Path real = real(path);
        Path realOther = OffloadedPath.real(other);
        return Offloaded.call(() -> platform.isSameFile(real, realOther));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        Path real = real(path);
        return Offloaded.call(() -> platform.isHidden(real));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        Path real = real(path);
        return Offloaded.call(() -> platform.getFileStore(real));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        Path real = real(path);
        change(() -> platform.checkAccess(real, modes));
    }

    /** Interrupted, it is looked for right here: who asks such a thing expects no exception. */
    @Override
    public boolean exists(Path path, LinkOption... options) {
        Path real = real(path);
        try {
            return Offloaded.call(() -> platform.exists(real, options));
        } catch (IOException e) {
            return platform.exists(real, options);
        }
    }

    /** What the view does, it does right there. */
    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        return platform.getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options) throws IOException {
        Path real = real(path);
        return Offloaded.call(() -> platform.readAttributes(real, type, options));
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributesIfExists(Path path, Class<A> type, LinkOption... options) throws IOException {
        Path real = real(path);
        return Offloaded.call(() -> platform.readAttributesIfExists(real, type, options));
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        Path real = real(path);
        return Offloaded.call(() -> platform.readAttributes(real, attributes, options));
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        Path real = real(path);
        change(() -> platform.setAttribute(real, attribute, value, options));
    }

    @Override
    public String toString() {
        return "<" + platform + ", by way of the hub's pool>";
    }
}
