package dev.jevent.servers;

import dev.jevent.io.net.UnixServerSocket;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** The files of UNIX sockets, which stay when who listened is gone. */
final class UnixPaths {
    private UnixPaths() {}

    /** As {@link UnixServerSocket#bind(Path, int)}, in place of a socket at which nobody listens any more. */
    static UnixServerSocket bind(Path path, int backlog) throws IOException {
        try {
            return UnixServerSocket.bind(path, backlog);
        } catch (BindException e) {
            if (!isAbandoned(path)) {
                throw e;
            }
            Files.delete(path);
            return UnixServerSocket.bind(path, backlog);
        }
    }

    /** A socket that refuses connections. */
    private static boolean isAbandoned(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS) || !attributes(path).isOther()) {
            return false;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false); // else a full backlog would stop the hub
            probe.connect(UnixDomainSocketAddress.of(path));
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            return false; // somebody listens, and has no room
        }
    }

    /** Tells this file from a later one at the same path; null if the system doesn't. Closes {@code bound} if it throws. */
    static Object keyOrClose(Path path, UnixServerSocket bound) throws IOException {
        try {
            return attributes(path).fileKey();
        } catch (Throwable e) {
            bound.close();
            throw e;
        }
    }

    /** Deletes what is at {@code path}, unless somebody else has bound it since. */
    static void deleteIf(Object key, Path path) throws IOException {
        try {
            if (key.equals(attributes(path).fileKey())) {
                Files.delete(path);
            }
        } catch (NoSuchFileException e) {
            // As it should be.
        }
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }
}
