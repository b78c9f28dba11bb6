package dev.jevent.io.net;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.io.Readiness;
import dev.jevent.io.Selectable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Set;

/**
 * What all sockets have: a channel in non-blocking mode whose operations wait cooperatively, with a limit, in each direction one
 * greenlet at a time, of any hub.
 *
 * @param <C> the channel underneath
 */
public abstract sealed class ChannelSocket<C extends SelectableChannel & NetworkChannel> implements NetworkChannel, Selectable
        permits StreamSocket, ServerStreamSocket, UdpSocket {
    final C channel;
    final Readiness readiness;
    private final int fair;
    private volatile long timeoutNanos = -1;
    private int unwaited; // operations since the last wait; a hint, so a race between hubs doesn't matter

    /**
     * Takes over {@code channel}, also if this throws.
     *
     * @param fair so many operations without a wait before others get their turn
     */
    ChannelSocket(C channel, int fair) throws IOException {
        this.channel = channel;
        this.fair = fair;
        try {
            channel.configureBlocking(false);
            this.readiness = new Readiness(this, channel);
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    // ---- for operations ----

    /** Takes that direction, which {@link Readiness#release} must follow; before, after many operations without a wait, lets others run. */
    final void begin(Interest interest) throws IOException {
        if (++unwaited > fair) {
            checkOpen();
            readiness.checkFree(interest);
            unwaited = 0;
            Hub.current().yieldNow();
        }
        readiness.acquire(interest);
    }

    final void checkOpen() throws ClosedChannelException {
        if (readiness.isClosed()) {
            throw new ClosedChannelException();
        }
    }

    /** {@link #timeout()}; negative: none. */
    final long nanos() {
        return timeoutNanos;
    }

    /**
     * Waits until another try is worth it.
     *
     * @param nanos what the operation may wait in all; negative: without limit
     * @param start when its first wait began, if it has {@code waited}
     * @param done bytes that it has moved
     * @return when its first wait began
     * @throws SocketTimeoutException when {@code nanos} are over
     */
    final long await(Interest interest, long nanos, long start, boolean waited, long done) throws IOException {
        long since = waited || nanos < 0 ? start : Waiter.current().nanoTime();
        if (!await(interest, nanos, since)) {
            SocketTimeoutException e = new SocketTimeoutException(verb(interest) + " timed out");
            e.bytesTransferred = (int) Math.min(done, Integer.MAX_VALUE);
            throw e;
        }
        return since;
    }

    /** @return false if {@code nanos} since {@code since} were over before */
    final boolean await(Interest interest, long nanos, long since) throws IOException {
        unwaited = 0;
        return readiness.await(interest, nanos < 0 ? -1 : Math.max(0, nanos - (Waiter.current().nanoTime() - since)));
    }

    /** What an operation in that direction is called in errors. */
    abstract String verb(Interest interest);

    // ---- waiting ----

    /** How long one operation may wait; null: without limit, as at the start. */
    public Duration timeout() {
        long nanos = timeoutNanos;
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    /** @throws IllegalArgumentException if {@code timeout} is negative; zero: what would wait times out at once; null: no limit */
    public void timeout(Duration timeout) {
        timeoutNanos = timeout == null ? -1 : Durations.nanos("timeout", timeout);
    }

    /** Whether a wait here keeps the loop going; true at the start. [B-SOC-21] */
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

    // ---- the channel ----

    /** The channel underneath, in non-blocking mode: for options and addresses. What it is closed by is {@link #close()}. */
    public C channel() {
        return channel;
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        return channel.getLocalAddress();
    }

    /** @throws BindException if the system refuses, naming the address */
    @Override
    public ChannelSocket<C> bind(SocketAddress local) throws IOException {
        try {
            channel.bind(local);
        } catch (BindException e) {
            throw located(e, local);
        }
        return this;
    }

    /** The system's own words don't say which address it is about. */
    static BindException located(BindException e, SocketAddress address) {
        BindException located = new BindException(e.getMessage() + ": " + (address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort() : address));
        located.initCause(e);
        return located;
    }

    @Override
    public <T> ChannelSocket<C> setOption(SocketOption<T> name, T value) throws IOException {
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
