package dev.jevent.servers;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.ByteStream;
import dev.jevent.io.net.StreamSocket;
import dev.jevent.io.tls.TlsStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/** One client of a {@link StreamServer}. It is closed when its handler has ended, unless it was {@linkplain #detach detached}. */
public final class Connection implements ByteStream {
    private final StreamServer server;
    private final StreamSocket socket;
    private volatile ByteStream stream;
    private volatile boolean detached;

    Connection(StreamServer server, StreamSocket socket) {
        this.server = server;
        this.socket = socket;
        this.stream = socket;
    }

    void encrypted(TlsStream tls) {
        stream = tls;
    }

    /** The handler has ended. */
    void ended() throws IOException {
        if (!detached) {
            stream.close();
        }
    }

    /** What bytes go through: a {@link TlsStream} over {@link #socket()}, or that itself. */
    @AnyThread
    public ByteStream stream() {
        return stream;
    }

    /** The {@link dev.jevent.io.net.TcpSocket} or {@link dev.jevent.io.net.UnixSocket} that was accepted. */
    @AnyThread
    public StreamSocket socket() {
        return socket;
    }

    /** The server that has it; a handler may stop it. */
    @AnyThread
    public StreamServer server() {
        return server;
    }

    /** Keeps it open after its handler has ended. @return {@link #stream()}, which belongs to the caller now */
    @NeverSwitches
    public ByteStream detach() {
        detached = true;
        return stream;
    }

    /** Whose connection it is; without a name, for a UNIX socket. */
    public SocketAddress remoteAddress() throws IOException {
        return socket.remoteAddress();
    }

    public SocketAddress localAddress() throws IOException {
        return socket.getLocalAddress();
    }

    // ---- the stream ----

    @Override
    @Switches
    public int read(ByteBuffer into) throws IOException {
        return stream.read(into);
    }

    @Override
    @Switches
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        return stream.read(into, offset, length);
    }

    @Override
    @NeverSwitches
    public int tryRead(ByteBuffer into) throws IOException {
        return stream.tryRead(into);
    }

    @Override
    @Switches
    public int write(ByteBuffer from) throws IOException {
        return stream.write(from);
    }

    @Override
    @Switches
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        return stream.write(from, offset, length);
    }

    @Override
    @NeverSwitches
    public int tryWrite(ByteBuffer from) throws IOException {
        return stream.tryWrite(from);
    }

    @Override
    @Switches
    public void shutdownOutput() throws IOException {
        stream.shutdownOutput();
    }

    @Override
    public Duration timeout() {
        return stream.timeout();
    }

    @Override
    public void timeout(Duration timeout) {
        stream.timeout(timeout);
    }

    @Override
    public InputStream inputStream() {
        return stream.inputStream();
    }

    @Override
    public OutputStream outputStream() {
        return stream.outputStream();
    }

    @Override
    @AnyThread
    public boolean isOpen() {
        return stream.isOpen();
    }

    /** Idempotent; the handler goes on. */
    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        stream.close();
    }

    @Override
    public String toString() {
        return "<Connection " + stream + ">";
    }
}
