package dev.jevent.io.net;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.Readiness;
import dev.jevent.io.Selectable;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;

/**
 * What accepts connections: a {@link ServerSocketChannel} in non-blocking mode that waits cooperatively. For one greenlet
 * at a time, of any hub.
 *
 * @param <S> what it accepts
 */
public abstract sealed class ServerStreamSocket<S extends StreamSocket> implements NetworkChannel, Selectable
        permits TcpServerSocket, UnixServerSocket {
    /** Connections taken without a wait before others get their turn. */
    private static final int FAIR = 16;

    private final ServerSocketChannel channel;
    private final Readiness readiness;
    private volatile long timeoutNanos = -1;
    private int unwaited;

    ServerStreamSocket(ServerSocketChannel channel) throws IOException {
        this.channel = channel;
        try {
            channel.configureBlocking(false);
            this.readiness = new Readiness(this, channel);
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    /** @param channel accepted; belongs to the result */
    abstract S accepted(SocketChannel channel) throws IOException;

    /**
     * Waits for a connection. It doesn't inherit {@link #timeout()}.
     *
     * @throws SocketTimeoutException when {@link #timeout()} is over
     * @throws java.nio.channels.AsynchronousCloseException if this is closed meanwhile
     */
    @Switches
    public S accept() throws IOException {
        readiness.checkFree(Interest.READ);
        if (++unwaited > FAIR) {
            unwaited = 0;
            Hub.current().yieldNow();
        }
        readiness.acquire(Interest.READ);
        try {
            long nanos = timeoutNanos;
            long start = nanos < 0 ? 0 : Waiter.current().nanoTime();
            for (;;) {
                S accepted = acceptNow();
                if (accepted != null) {
                    return accepted;
                }
                unwaited = 0;
                long left = nanos < 0 ? -1 : Math.max(0, nanos - (Waiter.current().nanoTime() - start));
                if (!readiness.await(Interest.READ, left)) {
                    throw new SocketTimeoutException("accept timed out");
                }
            }
        } finally {
            readiness.release(Interest.READ);
        }
    }

    /** A connection that waits to be accepted, or null. */
    @NeverSwitches
    public S tryAccept() throws IOException {
        readiness.acquire(Interest.READ);
        try {
            return acceptNow();
        } finally {
            readiness.release(Interest.READ);
        }
    }

    private S acceptNow() throws IOException {
        SocketChannel accepted = channel.accept();
        return accepted == null ? null : accepted(accepted);
    }

    /** How long {@link #accept()} may wait; null: without limit, as at the start. */
    public Duration timeout() {
        long nanos = timeoutNanos;
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    /** @throws IllegalArgumentException if {@code timeout} is negative; null: without limit */
    public void timeout(Duration timeout) {
        timeoutNanos = timeout == null ? -1 : Durations.nanos("timeout", timeout);
    }

    /** Whether a wait here keeps the loop going; true at the start. */
    public boolean ref() {
        return readiness.ref();
    }

    public void ref(boolean ref) {
        readiness.ref(ref);
    }

    @Override
    public Readiness readiness() {
        return readiness;
    }

    /** The channel underneath, in non-blocking mode. What it is closed by is {@link #close()}. */
    public ServerSocketChannel channel() {
        return channel;
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        return channel.getLocalAddress();
    }

    /** Binds it, with the system's own backlog. */
    @Override
    public ServerStreamSocket<S> bind(SocketAddress local) throws IOException {
        channel.bind(local);
        return this;
    }

    @Override
    public <T> ServerStreamSocket<S> setOption(SocketOption<T> name, T value) throws IOException {
        channel.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return channel.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    @Override
    @AnyThread
    public boolean isOpen() {
        return !readiness.isClosed();
    }

    /** Who waits gets {@link java.nio.channels.AsynchronousCloseException}. Idempotent. */
    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        readiness.close();
    }

    @Override
    public String toString() {
        return SocketNames.of(getClass().getSimpleName(), channel, !isOpen());
    }
}
