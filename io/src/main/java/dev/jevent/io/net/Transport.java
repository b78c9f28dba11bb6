package dev.jevent.io.net;

import dev.jevent.DescriptorCalls;
import dev.jevent.Hub;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Moves the bytes of a connection without waiting: by the loop's own calls where it has them, else through the channel, which does the same
 * with more locks, checks and copies. In each direction for who has {@linkplain dev.jevent.io.Readiness#acquire taken} it: so the
 * descriptor isn't closed meanwhile, and no other connection gets its number.
 */
final class Transport {
    private final SocketChannel channel;
    private final DescriptorCalls calls; // null: through the channel
    private final int descriptor;
    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;
    private String failure; // of the connection, of which the system tells once; else null

    Transport(SocketChannel channel) {
        this.channel = channel;
        Hub hub = Hub.ifExists();
        DescriptorCalls offered = hub == null || hub.isClosed() ? null : hub.loop().descriptorCalls();
        descriptor = offered == null ? -1 : offered.descriptor(channel);
        calls = descriptor < 0 ? null : offered;
    }

    /** @return how many bytes; 0 if none are there, or there is no room for any; -1 at the end */
    int read(ByteBuffer into) throws IOException {
        if (calls == null || !into.isDirect() && !into.hasArray() || inputShutdown || !channel.isConnected()) {
            return channel.read(into); // also to throw what the JDK throws
        }
        if (failure != null) {
            throw new SocketException(failure);
        }
        try {
            return calls.receive(descriptor, into);
        } catch (SocketException e) {
            failure = e.getMessage();
            throw e;
        }
    }

    /** @return how many bytes; 0 if none can be taken now */
    int write(ByteBuffer from) throws IOException {
        if (calls == null || !from.isDirect() && !from.hasArray() || outputShutdown || !channel.isConnected()) {
            return channel.write(from);
        }
        return calls.send(descriptor, from);
    }

    void shutdownInput() throws IOException {
        channel.shutdownInput();
        inputShutdown = true;
    }

    void shutdownOutput() throws IOException {
        channel.shutdownOutput();
        outputShutdown = true;
    }
}
