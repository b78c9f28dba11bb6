package dev.jevent.io.net;

import dev.jevent.Hub;
import dev.jevent.io.Readiness;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What is behind both kinds of sockets of {@code java.net}: a channel in non-blocking mode, this socket's own or that of the socket of
 * jevent that it shows, with its end and its options.
 */
abstract class JdkChannel<C extends SelectableChannel & NetworkChannel> extends SocketImpl {
    final BooleanSupplier cooperative;
    private final ChannelSocket<C> viewed; // null: the channel is this socket's own

    volatile C channel; // null: not created
    private Readiness readiness;
    private Gate[] gates;
    private Cleaner.Cleanable whenForgotten; // null: viewed has an end of its own

    private volatile boolean closed;
    private volatile int soTimeout; // milliseconds; 0: none

    /** @param cooperative whether greenlets wait in their loop */
    JdkChannel(BooleanSupplier cooperative) {
        this.cooperative = cooperative;
        viewed = null;
    }

    /** A view, which has to {@link #use} its channel. */
    JdkChannel(ChannelSocket<C> viewed) {
        cooperative = () -> true;
        this.viewed = viewed;
    }

    /** One for each direction that it has. */
    abstract Gate[] gates(C channel, Readiness readiness);

    final void use(C channel, Readiness readiness) {
        this.readiness = readiness;
        gates = gates(channel, readiness);
        this.channel = channel;
    }

    /** Takes over {@code opened}, also if this throws. @param type as messages name it */
    final void own(C opened, String type) throws IOException {
        try {
            opened.configureBlocking(false);
            use(opened, new Readiness(new SocketNames.Named(type, opened), opened));
            List<Gate> all = List.of(gates); // which don't lead to this
            whenForgotten = readiness.closeWhenForgotten(this, () -> all.forEach(Gate::close));
        } catch (Throwable e) {
            opened.close();
            throw e;
        }
    }

    static SelectorProvider channels() {
        Hub hub = Hub.ifExists();
        return hub == null || hub.isClosed() ? SelectorProvider.provider() : hub.loop().channels();
    }

    final boolean isView() {
        return viewed != null;
    }

    final C open() throws SocketException {
        C open = channel;
        if (open == null) {
            throw new SocketException("Socket not created");
        }
        if (isClosed()) {
            throw new SocketException("Socket closed");
        }
        return open;
    }

    final boolean isClosed() {
        return closed || readiness != null && readiness.isClosed();
    }

    final SocketException failure(IOException e) {
        return e instanceof SocketException same ? same : JdkErrors.of(e, isClosed());
    }

    final void enter(Gate gate) throws IOException {
        try {
            gate.enter();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    protected final void close() throws IOException {
        closed = true;
        if (channel != null) {
            if (viewed != null) {
                viewed.close();
            } else {
                closeGates();
                try {
                    readiness.close();
                } finally {
                    whenForgotten.clean();
                }
            }
        }
    }

    /** Tells threads without a hub that {@link #viewed} is being closed. */
    final void closeGates() {
        for (Gate gate : gates) {
            gate.close();
        }
    }

    // ---- options ----

    /** The limit of one operation; 0: none. */
    final long soTimeoutNanos() {
        return soTimeout * 1_000_000L;
    }

    @Override
    public final void setOption(int id, Object value) throws SocketException {
        C open = open();
        if (id == SO_TIMEOUT) {
            soTimeout = (Integer) value;
        } else {
            JdkOptions.set(open, id, value);
        }
    }

    @Override
    public final Object getOption(int id) throws SocketException {
        C open = open();
        return id == SO_TIMEOUT ? (Object) soTimeout : JdkOptions.get(open, id);
    }

    @Override
    protected final <T> void setOption(SocketOption<T> name, T value) throws IOException {
        try {
            open().setOption(name, value);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    protected final <T> T getOption(SocketOption<T> name) throws IOException {
        try {
            return open().getOption(name);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    protected final Set<SocketOption<?>> supportedOptions() {
        return JdkOptions.of(channel);
    }

    final String describe(String type) {
        return channel == null ? "<" + type + ", not created>" : SocketNames.of(type, channel, closed);
    }
}
