package dev.jevent.io.net;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Result;
import dev.jevent.Waiter;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
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

    /**
     * Waits while the server has as many connections to accept as it lets wait.
     *
     * @param timeout null: without limit
     */
    @Switches
    public static UnixSocket connect(Path path, Duration timeout) throws IOException {
        long nanos = timeout == null ? Long.MAX_VALUE : Durations.nanos("timeout", timeout);
        long start = Waiter.current().nanoTime();
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
        UnixSocket socket = new UnixSocket(open());
        try {
            socket.connectTo(address, timeout);
            return socket;
        } catch (ConnectException e) {
            throw e;
        } catch (SocketException e) {
            if (!Files.exists(path)) {
                throw e;
            }
            long left = nanos - (Waiter.current().nanoTime() - start);
            return connectBlocking(address, timeout, Math.max(0, left));
        }
    }

    private static SocketChannel open() throws IOException {
        return Hub.current().loop().channels().openSocketChannel(StandardProtocolFamily.UNIX);
    }

    /**
     * On a thread of the pool: where too many connections wait to be accepted, Linux refuses a socket that may not block, and has
     * no event that tells when there is room.
     */
    private static UnixSocket connectBlocking(UnixDomainSocketAddress address, Duration timeout, long nanos) throws IOException {
        SocketChannel channel = open();
        boolean connected = false;
        try {
            Result<Boolean> connecting = Hub.current().threadPool().spawn(() -> channel.connect(address));
            if (!connecting.join(Duration.ofNanos(nanos))) {
                throw new SocketTimeoutException("connect to " + address + " timed out after " + timeout);
            }
            if (connecting.exception() != null) {
                throw connecting.exception() instanceof IOException e ? e : new IOException(connecting.exception());
            }
            connected = true;
            return new UnixSocket(channel);
        } finally {
            if (!connected) {
                channel.close(); // ends the call, too
            }
        }
    }
}
