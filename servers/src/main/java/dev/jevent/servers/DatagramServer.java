package dev.jevent.servers;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.Switches;
import dev.jevent.io.Readiness;
import dev.jevent.io.net.UdpSocket;
import dev.jevent.sync.Pool;
import dev.jevent.sync.Semaphore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;

/**
 * A greenlet for each datagram.
 *
 * <pre>{@code
 * DatagramServer.on(7777, datagram -> datagram.reply(datagram.data())).serveForever();
 * }</pre>
 *
 * <p>Or subclassed, with {@link #handle} overridden. While no handler may be begun nothing is received: datagrams wait in the
 * system's buffer, and when that is full the system drops those that come, without telling anybody.
 */
public abstract non-sealed class DatagramServer extends Server {
    /** As large as any datagram gets. */
    private static final int LARGEST = 65_535;

    /** What is done with one datagram. */
    @FunctionalInterface
    public interface Handler {
        @Switches
        void handle(Datagram datagram) throws Exception;
    }

    /** One that has come. @param data from position 0 to the limit, and nobody else's */
    public record Datagram(DatagramServer server, ByteBuffer data, SocketAddress sender) {
        /** Sends what remains in {@code answer} to the {@link #sender()}. */
        @Switches
        public void reply(ByteBuffer answer) throws IOException {
            server.sendTo(answer, sender);
        }
    }

    private volatile UdpSocket socket; // null: not bound yet
    private final ByteBuffer received = ByteBuffer.allocate(LARGEST);
    private final Semaphore sending = new Semaphore(1);
    private boolean inPlace;
    private volatile boolean handlingInPlace;

    /** @param address as {@link Server#address} makes it */
    protected DatagramServer(SocketAddress address) {
        super(Objects.requireNonNull(address, "address"));
        if (!(address instanceof InetSocketAddress)) {
            throw new IllegalArgumentException("address: " + address + " (expected: of the internet)");
        }
    }

    /** @param socket bound; belongs to this from now on */
    protected DatagramServer(UdpSocket socket) {
        super(null);
        this.socket = Objects.requireNonNull(socket, "socket");
    }

    /** On all addresses. @param port 0: any that is free, as {@link #port()} tells after the start */
    public static DatagramServer on(int port, Handler handler) {
        return on(new InetSocketAddress(port), handler);
    }

    /** @param address as for {@link Server#address} */
    public static DatagramServer on(String address, Handler handler) {
        return on(address(address), handler);
    }

    public static DatagramServer on(SocketAddress address, Handler handler) {
        return new WithHandler(address, handler);
    }

    /** On an open socket, which belongs to the server from now on. */
    public static DatagramServer on(UdpSocket socket, Handler handler) {
        return new WithHandler(socket, handler);
    }

    private static final class WithHandler extends DatagramServer {
        private final Handler handler;

        WithHandler(SocketAddress address, Handler handler) {
            super(address);
            this.handler = Objects.requireNonNull(handler, "handler");
        }

        WithHandler(UdpSocket socket, Handler handler) {
            super(socket);
            this.handler = Objects.requireNonNull(handler, "handler");
        }

        @Override
        protected void handle(Datagram datagram) throws Exception {
            handler.handle(datagram);
        }

        @Override
        Object handler() {
            return handler;
        }
    }

    // ---- what is done with a datagram ----

    /** In a greenlet of its own, unless {@link #inPlace()}. */
    @Switches
    protected abstract void handle(Datagram datagram) throws Exception;

    /** Sends what remains in {@code datagram}. Greenlets that send at the same time take turns. Until the last handler has ended. */
    @Switches
    public void sendTo(ByteBuffer datagram, SocketAddress to) throws IOException {
        sending.acquire();
        try {
            socket.send(datagram, to);
        } finally {
            sending.release();
        }
    }

    // ---- configuration ----

    /**
     * Handles one datagram after the other in the greenlet that receives them, in the order in which they come, each before the next
     * one is received. Cheaper for handlers that don't wait. {@link #stop} kills the one that runs.
     */
    public DatagramServer inPlace() {
        checkNotStarted("inPlace");
        inPlace = true;
        return this;
    }

    @Override
    public DatagramServer limit(int handlers) {
        super.limit(handlers);
        return this;
    }

    @Override
    public DatagramServer pool(Pool pool) {
        super.pool(pool);
        return this;
    }

    @Override
    public DatagramServer maxAccept(int count) {
        super.maxAccept(count);
        return this;
    }

    @Override
    public DatagramServer backOff(Duration least, Duration most) {
        super.backOff(least, most);
        return this;
    }

    @Override
    public DatagramServer stopTimeout(Duration grace) {
        super.stopTimeout(grace);
        return this;
    }

    // ---- datagrams ----

    @Override
    final boolean takeOne() throws IOException {
        SocketAddress sender = socket.tryReceive(received.clear());
        if (sender == null) {
            return false;
        }
        received.flip();
        ByteBuffer data = ByteBuffer.allocate(received.remaining()).put(received).flip();
        Datagram datagram = new Datagram(this, data, sender);
        if (inPlace) {
            handleInPlace(datagram);
        } else {
            begin(new Handling(this, datagram));
        }
        return true;
    }

    private void handleInPlace(Datagram datagram) {
        handlingInPlace = true;
        Throwable error = null;
        try {
            taken();
            handle(datagram);
        } catch (GreenletExit e) {
            throw e;
        } catch (Throwable e) {
            error = e;
            hub().handleError(datagram, e);
        } finally {
            handlingInPlace = false;
            ended(error);
        }
    }

    /** A datagram's greenlet. */
    private static final class Handling extends Greenlet<Void> {
        private final DatagramServer server;
        private final Datagram datagram;

        Handling(DatagramServer server, Datagram datagram) {
            super(server.hub());
            this.server = server;
            this.datagram = datagram;
        }

        @Override
        protected Void run() throws Exception {
            Throwable error = null;
            try {
                server.handle(datagram);
            } catch (Throwable e) {
                error = e;
                throw e;
            } finally {
                server.ended(error);
            }
            return null;
        }

        @Override
        public String toString() {
            return "<handler of a datagram from " + datagram.sender() + " at " + Integer.toHexString(System.identityHashCode(this)) + ">";
        }
    }

    // ---- the socket ----

    @Override
    final void open(SocketAddress at, boolean shared) throws IOException {
        if (at != null) {
            socket = shared ? SharedPorts.receive((InetSocketAddress) at) : UdpSocket.bound((InetSocketAddress) at);
        } else if (socket.getLocalAddress() == null) {
            String unbound = "socket: " + socket + " (expected: a bound one)";
            socket.close();
            throw new IllegalStateException(unbound);
        }
    }

    /** Not yet: handlers that are left may answer. */
    @Override
    final void stopListening() {}

    @Override
    final boolean isHandlingInPlace() {
        return handlingInPlace;
    }

    @Override
    final void closeListener() throws IOException {
        UdpSocket mine = socket;
        if (mine != null) {
            mine.close();
        }
    }

    @Override
    final Readiness listening() {
        return socket.readiness();
    }

    @Override
    final SocketAddress boundTo() throws IOException {
        UdpSocket mine = socket;
        return mine == null ? null : mine.getLocalAddress();
    }
}
