package dev.jevent.io.patch;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The platform's file system, with our provider and our paths. */
final class OffloadedFileSystem extends FileSystem {
    private final OffloadedFileSystemProvider provider;
    private final FileSystem system;

    OffloadedFileSystem(OffloadedFileSystemProvider provider, FileSystem system) {
        this.provider = provider;
        this.system = system;
    }

    Path ours(Path path) {
        return path == null ? null : new OffloadedPath(this, path);
    }

    @Override
    public OffloadedFileSystemProvider provider() {
        return provider;
    }

    @Override
    public void close() throws IOException {
        system.close(); // which refuses it
    }

    @Override
    public boolean isOpen() {
        return system.isOpen();
    }

    @Override
    public boolean isReadOnly() {
        return system.isReadOnly();
    }

    @Override
    public String getSeparator() {
        return system.getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        List<Path> roots = new ArrayList<>();
        system.getRootDirectories().forEach(root -> roots.add(ours(root)));
        return roots;
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return system.getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return system.supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
        return ours(system.getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
        PathMatcher matcher = system.getPathMatcher(syntaxAndPattern);
        return path -> matcher.matches(OffloadedPath.real(path));
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        return system.getUserPrincipalLookupService();
    }

    @Override
    public WatchService newWatchService() throws IOException {
        return new OffloadedWatchService(this, system.newWatchService());
    }

    @Override
    public String toString() {
        return "<" + system + ", by way of the hub's pool>";
    }
}
