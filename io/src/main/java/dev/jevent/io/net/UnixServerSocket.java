package dev.jevent.io.net;

import dev.jevent.Hub;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Accepts connections at a path. The file stays when it is closed, as the system has it; whoever binds again removes it. */
public final class UnixServerSocket extends ServerStreamSocket<UnixSocket> {
    /** Takes over {@code channel}, which belongs to this from now on, also if this throws. */
    public UnixServerSocket(ServerSocketChannel channel) throws IOException {
        super(channel);
    }

    public static UnixServerSocket bind(Path path) throws IOException {
        return bind(path, 0);
    }

    /** @param backlog connections that may wait to be accepted; 0 or less: as the system has it */
    public static UnixServerSocket bind(Path path, int backlog) throws IOException {
        UnixServerSocket server =
                new UnixServerSocket(Hub.current().loop().channels().openServerSocketChannel(StandardProtocolFamily.UNIX));
        try {
            server.listen(UnixDomainSocketAddress.of(path), backlog);
            return server;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    @Override
    UnixSocket accepted(SocketChannel channel) throws IOException {
        return new UnixSocket(channel);
    }
}
