package dev.jevent.io.net;

import dev.jevent.Hub;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/** A connection within one machine, through a path of its file system. */
public final class UnixSocket extends StreamSocket {
    /** Takes over {@code channel}, which belongs to this from now on, also if this throws. */
    public UnixSocket(SocketChannel channel) throws IOException {
        super(channel);
    }

    @Switches
    public static UnixSocket connect(Path path) throws IOException {
        return connect(path, null);
    }

    /** @param timeout null: without limit */
    @Switches
    public static UnixSocket connect(Path path, Duration timeout) throws IOException {
        UnixSocket socket = new UnixSocket(Hub.current().loop().channels().openSocketChannel(StandardProtocolFamily.UNIX));
        socket.connectTo(UnixDomainSocketAddress.of(path), timeout);
        return socket;
    }
}
