package dev.jevent.resolver.ares;

import dev.jevent.Interest;
import dev.jevent.Pollable;
import dev.jevent.Watcher;
import dev.jevent.spi.CarrierCallback;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A connection to a name server.
 *
 * <pre>
 *   CONNECTING ── connected ──▶ OPEN ── its end, an error, or c-ares wants it ──▶ CLOSED
 * </pre>
 */
final class TcpLink implements Link {
    private final AresChannel engine;
    private final int number;
    private SocketChannel channel;
    private Watcher.Io writable;
    private Watcher.Io readable;
    private boolean connected;
    private boolean awaited; // c-ares wants to write
    private ByteBuffer rest; // what the system had no room for

    private TcpLink(AresChannel engine, int number) {
        this.engine = engine;
        this.number = number;
    }

    static TcpLink connect(AresChannel engine, int number, InetSocketAddress server) {
        TcpLink link = new TcpLink(engine, number);
        try {
            link.connect(server);
        } catch (IOException | RuntimeException e) {
            link.close();
            engine.failsLater(number);
        }
        return link;
    }

    private void connect(InetSocketAddress server) throws IOException {
        channel = engine.loop().channels().openSocketChannel();
        channel.configureBlocking(false);
        channel.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
        connected = channel.connect(server);
        writable = engine.loop().io(Pollable.of(channel), Interest.WRITE.mask());
        readable = engine.loop().io(Pollable.of(channel), Interest.READ.mask());
        writable.ref(false);
        readable.ref(false);
        if (connected) {
            readable.start((CarrierCallback) this::read);
        } else {
            writable.start((CarrierCallback) this::write);
        }
    }

    @Override
    public int number() {
        return number;
    }

    /** c-ares wants to write. @return whether it can at once */
    boolean wantsToWrite() {
        awaited = !connected;
        return connected;
    }

    /** The connect is over, or there is room again. */
    private void write() {
        try {
            if (!connected) {
                if (!channel.finishConnect()) {
                    return;
                }
                connected = true;
                readable.start((CarrierCallback) this::read);
            }
            if (rest != null) {
                channel.write(rest);
                rest = rest.hasRemaining() ? rest : null;
            }
            if (rest == null) {
                writable.stop();
            }
        } catch (IOException e) {
            engine.failed(number, false);
            return;
        }
        if (awaited) {
            awaited = false;
            engine.writable(number);
        }
    }

    @Override
    public void send(ByteBuffer bytes) {
        try {
            if (rest == null) {
                channel.write(bytes);
            }
            if (bytes.hasRemaining()) {
                ByteBuffer more = ByteBuffer.allocate(bytes.remaining() + (rest == null ? 0 : rest.remaining()));
                rest = (rest == null ? more : more.put(rest)).put(bytes).flip();
                writable.start((CarrierCallback) this::write);
            }
        } catch (IOException | RuntimeException e) {
            engine.failsLater(number);
        }
    }

    /** Takes what came; another turn of the loop takes the rest. */
    private void read() {
        int length;
        try {
            length = engine.receive(channel);
        } catch (IOException e) {
            engine.failed(number, false);
            return;
        }
        if (length < 0) {
            engine.failed(number, true);
        } else if (length > 0) {
            engine.arrived(this, length);
        }
    }

    @Override
    public void close() {
        if (writable != null) {
            writable.close();
            readable.close();
        }
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // It is closed all the same.
            }
        }
    }
}
