package dev.jevent.testkit.tck;

import dev.jevent.DescriptorCalls;
import dev.jevent.Pollable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;

/**
 * Something that can be watched in both directions, and its other end: what a kit makes ready and not ready. At the start
 * it is ready for writing, and not for reading.
 */
public interface Device extends AutoCloseable {
    Pollable pollable();

    /** A byte comes: from now on it is ready for reading. Any thread. */
    void send() throws IOException;

    /** Reads all that has come, waiting for the first byte that was sent: from now on it isn't ready for reading. */
    void drain() throws IOException;

    /** Writes until no more can be written: from now on it isn't ready for writing. */
    void fill() throws IOException;

    /** The other end reads what was written: after a while it is ready for writing. Any thread. */
    void empty() throws IOException;

    /** The other end goes: from now on it is ready for reading, for ever. */
    void hangUp() throws IOException;

    /** Closes what is watched; its number, if it has one, may be used again. */
    @Override
    void close() throws IOException;

    /** A connection over the loopback interface, of channels that {@code channels} opens. */
    static Device ofChannels(SelectorProvider channels) throws IOException {
        SocketChannel watched;
        SocketChannel peer;
        try (ServerSocketChannel server = channels.openServerSocketChannel(StandardProtocolFamily.INET)) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            watched = channels.openSocketChannel(StandardProtocolFamily.INET);
            watched.connect(server.getLocalAddress());
            peer = server.accept();
        }
        watched.configureBlocking(false);
        return new ChannelDevice(watched, peer);
    }

    /** The same, watched by the number of its descriptor. */
    static Device ofDescriptors(SelectorProvider channels, DescriptorCalls calls) throws IOException {
        ChannelDevice device = (ChannelDevice) ofChannels(channels);
        return new DescriptorDevice(device, calls.descriptor(device.watched()));
    }

    /** See {@link #ofChannels}. */
    record ChannelDevice(SocketChannel watched, SocketChannel peer) implements Device {
        @Override
        public Pollable pollable() {
            return Pollable.of(watched);
        }

        @Override
        public void send() throws IOException {
            peer.write(ByteBuffer.allocate(1));
        }

        @Override
        public void drain() throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            int got = 0;
            while (got == 0) {
                got = watched.read(buffer.clear());
                if (got == 0) {
                    Thread.onSpinWait(); // it was sent, and is on its way
                }
            }
            while (watched.read(buffer.clear()) > 0) {
                // more was sent
            }
        }

        @Override
        public void fill() throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            for (int full = 0; full < 3; full++) { // what is on its way makes room again
                while (watched.write(buffer.clear()) > 0) {
                    full = 0;
                }
                Thread.yield();
            }
        }

        @Override
        public void empty() throws IOException {
            peer.configureBlocking(false);
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            int read = 0;
            while (read < 1 << 16) {
                int got = peer.read(buffer.clear());
                if (got < 0) {
                    return;
                }
                read += got;
                if (got == 0) {
                    if (read > 0) {
                        return;
                    }
                    Thread.onSpinWait();
                }
            }
            while (peer.read(buffer.clear()) > 0) {
                // all of it
            }
        }

        @Override
        public void hangUp() throws IOException {
            peer.close();
        }

        @Override
        public void close() throws IOException {
            watched.close();
            peer.close();
        }
    }

    /** See {@link #ofDescriptors}. */
    record DescriptorDevice(ChannelDevice device, int descriptor) implements Device {
        @Override
        public Pollable pollable() {
            return Pollable.of(descriptor);
        }

        @Override
        public void send() throws IOException {
            device.send();
        }

        @Override
        public void drain() throws IOException {
            device.drain();
        }

        @Override
        public void fill() throws IOException {
            device.fill();
        }

        @Override
        public void empty() throws IOException {
            device.empty();
        }

        @Override
        public void hangUp() throws IOException {
            device.hangUp();
        }

        @Override
        public void close() throws IOException {
            device.close();
        }
    }
}
