package dev.jevent.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** Sends a message on each of its connections, again as soon as it is back, until each has made so many round trips. */
public final class EchoClient {
    private final int size;
    private int left;
    private int got;

    private EchoClient(int size, int left) {
        this.size = size;
        this.left = left;
    }

    /** Arguments: port, connections, bytes of a message, round trips of each connection. */
    public static void main(String[] arguments) throws IOException {
        int connections = Integer.parseInt(arguments[1]);
        int size = Integer.parseInt(arguments[2]);
        int trips = Integer.parseInt(arguments[3]);
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                SocketChannel channel = SocketChannel.open(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])));
                channel.socket().setTcpNoDelay(true);
                channel.configureBlocking(false).register(selector, SelectionKey.OP_READ, new EchoClient(size, trips));
            }
            ByteBuffer buffer = ByteBuffer.allocateDirect(Math.max(size, 1 << 16));
            for (SelectionKey key : selector.keys()) {
                ((SocketChannel) key.channel()).write(buffer.clear().limit(size));
            }
            int[] open = {connections};
            while (open[0] > 0) {
                selector.select(key -> open[0] -= ((EchoClient) key.attachment()).answer(key, buffer) ? 1 : 0);
            }
        }
    }

    /** @return whether this was the connection's last one */
    private boolean answer(SelectionKey key, ByteBuffer buffer) {
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            got += channel.read(buffer.clear());
            if (got == size) {
                got = 0;
                if (--left == 0) {
                    channel.close();
                    return true;
                }
                channel.write(buffer.clear().limit(size));
            }
            return false;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
