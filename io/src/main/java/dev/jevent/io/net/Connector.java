package dev.jevent.io.net;

import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Waiter;
import dev.jevent.contract.Switches;
import dev.jevent.sync.FifoQueue;
import dev.jevent.sync.Timeout;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;

/**
 * Connects to a name that has several addresses [RFC 8305]: address families by turns, beginning with that of the
 * resolver's first; each attempt gets a head start before the next one begins beside it; the first connection counts, the
 * others are closed.
 */
public final class Connector {
    /** The Connection Attempt Delay of RFC 8305 section 5. */
    private static final Duration HEAD_START = Duration.ofMillis(250);

    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final String host;
    private final int port;
    private SocketAddress local;
    private Duration timeout;
    private Duration headStart = HEAD_START;

    /** @throws IllegalArgumentException if {@code port} is outside 0 to 65535 */
    public Connector(String host, int port) {
        this.host = Objects.requireNonNull(host, "host");
        this.port = port;
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 0 to 65535)");
        }
    }

    /** The address that the connection comes from; null: as the system chooses. */
    public Connector local(SocketAddress local) {
        this.local = local;
        return this;
    }

    /** For the look-up and all attempts together; null: without limit. */
    public Connector timeout(Duration timeout) {
        if (timeout != null) {
            Durations.nanos("timeout", timeout);
        }
        this.timeout = timeout;
        return this;
    }

    /** How long an attempt goes on alone; 250 ms at the start. */
    public Connector headStart(Duration headStart) {
        Durations.nanos("headStart", headStart);
        this.headStart = headStart;
        return this;
    }

    /**
     * @throws java.net.UnknownHostException if the host has no address
     * @throws SocketTimeoutException when the time is over; attempts that had failed before are suppressed in it
     * @throws IOException of the attempt that failed last, with those of the others suppressed
     */
    @Switches
    public TcpSocket connect() throws IOException {
        Hub hub = Hub.current();
        if (timeout == null) {
            return connectToAny(hub, interleave(hub.resolver().addresses(host)), null);
        }
        Deadline deadline = Deadline.after(timeout);
        List<InetAddress> addresses;
        try {
            addresses = Timeout.call(timeout, () -> hub.resolver().addresses(host));
        } catch (TimeoutException e) {
            throw timedOut();
        }
        return connectToAny(hub, interleave(addresses), deadline);
    }

    private record Deadline(Waiter waiter, long at) {
        static Deadline after(Duration timeout) {
            Waiter waiter = Waiter.current();
            return new Deadline(waiter, waiter.nanoTime() + Durations.nanos("timeout", timeout));
        }

        Duration left() {
            return Duration.ofNanos(Math.max(0, at - waiter.nanoTime()));
        }

        boolean isOver() {
            return at - waiter.nanoTime() <= 0;
        }
    }

    private SocketTimeoutException timedOut() {
        return new SocketTimeoutException("connect to " + host + ":" + port + " timed out after " + timeout);
    }

    /** Addresses of both families by turns [RFC 8305 section 4]; within a family they keep their order. */
    static List<InetAddress> interleave(List<InetAddress> addresses) {
        List<InetAddress> first = new ArrayList<>();
        List<InetAddress> second = new ArrayList<>();
        boolean firstIsV6 = addresses.getFirst() instanceof Inet6Address;
        for (InetAddress address : addresses) {
            (address instanceof Inet6Address == firstIsV6 ? first : second).add(address);
        }
        List<InetAddress> ordered = new ArrayList<>(addresses.size());
        for (int i = 0; i < Math.max(first.size(), second.size()); i++) {
            if (i < first.size()) {
                ordered.add(first.get(i));
            }
            if (i < second.size()) {
                ordered.add(second.get(i));
            }
        }
        return ordered;
    }

    private TcpSocket connectToAny(Hub hub, List<InetAddress> addresses, Deadline deadline) throws IOException {
        if (addresses.size() == 1) {
            try {
                return attempt(addresses.getFirst(), deadline == null ? null : deadline.left());
            } catch (SocketTimeoutException e) {
                throw timedOut();
            }
        }
        Race race = new Race(hub, addresses, deadline);
        try {
            return race.run();
        } finally {
            race.end();
        }
    }

    private TcpSocket attempt(InetAddress address, Duration left) throws IOException {
        TcpSocket socket = new TcpSocket();
        boolean connected = false;
        try {
            if (local != null) {
                socket.bind(local);
            }
            socket.connectTo(new InetSocketAddress(address, port), left);
            connected = true;
            return socket;
        } catch (UnsupportedAddressTypeException e) { // IPv6 where the system has none: an attempt that failed, as any other
            throw new SocketException("no sockets for this kind of address: " + address, e);
        } finally {
            if (!connected) {
                socket.close();
            }
        }
    }

    /** Attempts beside each other. */
    private final class Race {
        private final Hub hub;
        private final List<InetAddress> addresses;
        private final Deadline deadline;
        private final List<Greenlet<Object>> attempts = new ArrayList<>(); // their values: a TcpSocket, or why there is none
        private final FifoQueue<Greenlet<Object>> ended = new FifoQueue<>();
        private TcpSocket winner;
        private final List<IOException> failures = new ArrayList<>();
        private boolean over;

        Race(Hub hub, List<InetAddress> addresses, Deadline deadline) {
            this.hub = hub;
            this.addresses = addresses;
            this.deadline = deadline;
        }

        TcpSocket run() throws IOException {
            for (int next = 0; failures.size() < addresses.size(); ) {
                if (next < addresses.size()) {
                    begin(addresses.get(next++));
                }
                Greenlet<Object> attempt = ended.take(longestWait(next < addresses.size()));
                switch (attempt == null ? null : outcome(attempt)) {
                    case TcpSocket connected -> {
                        winner = connected;
                        return connected;
                    }
                    case IOException e -> failures.add(e);
                    case RuntimeException e -> throw e;
                    case Error e -> throw e;
                    case null, default -> { } // the head start is over, or the time
                }
                if (deadline != null && deadline.isOver()) {
                    throw withFailures(timedOut());
                }
            }
            throw withFailures(failures.getLast());
        }

        private Duration longestWait(boolean anotherFollows) {
            Duration wait = anotherFollows ? headStart : FOREVER;
            return deadline != null && deadline.left().compareTo(wait) < 0 ? deadline.left() : wait;
        }

        private IOException withFailures(IOException thrown) {
            for (IOException failure : failures) {
                if (failure != thrown) {
                    thrown.addSuppressed(failure);
                }
            }
            return thrown;
        }

        private void begin(InetAddress address) {
            Greenlet<Object> attempt = hub.spawn(() -> outcome(address));
            attempt.link(ended::add);
            attempts.add(attempt);
        }

        private Object outcome(InetAddress address) throws IOException {
            try {
                TcpSocket connected = attempt(address, null);
                if (over) {
                    connected.close();
                }
                return connected;
            } catch (IOException | RuntimeException e) {
                return e;
            }
        }

        /** Of an attempt that has ended; it may have been killed before it began. */
        private static Object outcome(Greenlet<Object> attempt) {
            return attempt.exit() != null ? attempt.exit() : attempt.exception() != null ? attempt.exception() : attempt.value();
        }

        /** Ends the attempts that are still under way, and closes connections that came too late. */
        void end() {
            over = true;
            hub.killAllLater(attempts, new GreenletExit());
            for (Greenlet<Object> attempt : attempts) {
                if (attempt.value() instanceof TcpSocket late && late != winner) {
                    try {
                        late.close();
                    } catch (IOException e) {
                        hub.handleError(late, e);
                    }
                }
            }
        }
    }
}
