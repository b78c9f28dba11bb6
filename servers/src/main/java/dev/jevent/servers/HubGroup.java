package dev.jevent.servers;

import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.HubDestroyed;
import dev.jevent.Jevent;
import dev.jevent.Measured;
import dev.jevent.Task;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.sync.AsyncResult;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Equal servers at one address, each on a hub of its own thread, that start and stop as one.
 *
 * <pre>{@code
 * HubGroup.perCore(() -> StreamServer.on(7777, Shop::serve)).serveForever();
 * }</pre>
 *
 * <p>Where the system shares a port (Linux), each of them listens, and the system spreads connections and senders of datagrams by
 * their addresses. Elsewhere, at UNIX sockets, and after {@link #handOff()}, the first accepts and hands connections to those
 * that have room, in turn. A connection stays on the hub that got it.
 *
 * <pre>
 *   NEW ── start() ──▶ STARTED ── stop(), or a server fails ──▶ STOPPED
 *    └── stop(), or a server cannot start ────────────────────────▲
 * </pre>
 *
 * <p>It is started once. If one of its servers fails, all are stopped, and {@link #serveForever()} throws what it failed with.
 */
@AnyThread
public final class HubGroup implements Measured, AutoCloseable {
    private final Supplier<? extends Server> servers;
    private final List<Member> members = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final AsyncResult<Void> over = new AsyncResult<>(); // the first member has ended
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private volatile boolean handOff;
    private volatile boolean sharesPort;
    private volatile Throwable failure;

    private HubGroup(int hubs, Supplier<? extends Server> servers) {
        if (hubs < 1) {
            throw new IllegalArgumentException("hubs: " + hubs + " (expected: > 0)");
        }
        this.servers = Objects.requireNonNull(servers, "servers");
        for (int i = 0; i < hubs; i++) {
            members.add(new Member(i));
        }
    }

    /** One hub for each processor that this process may use. @param servers called once on each hub */
    public static HubGroup perCore(Supplier<? extends Server> servers) {
        return of(Runtime.getRuntime().availableProcessors(), servers);
    }

    /** @param servers called once on each hub; each result is given an address, and the same one */
    public static HubGroup of(int hubs, Supplier<? extends Server> servers) {
        return new HubGroup(hubs, servers);
    }

    /** Lets the first accept for all also where the system could share the port: connections are then spread evenly. */
    public HubGroup handOff() {
        handOff = true;
        return this;
    }

    // ---- life ----

    /**
     * Makes the hubs and starts a server on each.
     *
     * @throws IOException if one cannot listen; then none does
     * @throws IllegalArgumentException if the servers weren't given an address, or not the same, or cannot share it
     * @throws IllegalStateException if it was stopped
     */
    @Switches
    public void start() throws IOException {
        if (stopping.get()) {
            throw new IllegalStateException(this + " was stopped (expected: started once)");
        }
        if (!started.compareAndSet(false, true)) {
            return;
        }
        boolean all = false;
        try (Hub.Hold _ = hold()) {
            for (Member member : members) {
                member.launch();
                member.awaitStart();
            }
            if (!sharesPort && members.size() > 1) {
                spread();
            }
            all = true;
        } finally {
            if (!all) {
                stop(Duration.ZERO);
            }
        }
    }

    /** The first accepts for all from now on. */
    private void spread() {
        List<StreamServer> all = members.stream().map(member -> (StreamServer) member.server()).toList();
        Spread spread = new Spread(all);
        for (StreamServer server : all.reversed()) {
            server.spread(spread);
        }
    }

    /**
     * {@link #start() Starts} it, and waits until it is stopped. A kill of the caller stops it, too.
     *
     * @throws IOException if one cannot listen; or has failed later, with that as the cause
     */
    @Switches
    public void serveForever() throws IOException {
        if (!started.get()) { // else it may have been stopped since
            start();
        }
        try (Hub.Hold _ = hold()) {
            over.join();
        } finally {
            stop();
        }
        Throwable cause = failure;
        if (cause != null) {
            throw new IOException("a server of " + this + " failed: " + cause, cause);
        }
    }

    /** While the caller waits for another hub, it is not the end of its own. */
    private static Hub.Hold hold() {
        Hub mine = Hub.ifExists();
        return mine == null ? null : mine.hold();
    }

    /** Stops all servers at once, each with its own {@link Server#stopTimeout}. */
    @Switches
    public boolean stop() {
        return stop(null);
    }

    /** {@link #stop() Stops} it. */
    @Override
    @Switches
    public void close() {
        stop();
    }

    /**
     * Stops all servers at once, and closes their hubs: what else was spawned there is killed. A handler that calls this isn't waited
     * for; its own hub is closed when it waits next.
     *
     * @param grace as for {@link Server#stop(Duration)}; null: each has its own
     * @return whether no handler had to be killed
     */
    @Switches
    public boolean stop(Duration grace) {
        if (grace != null) {
            Durations.nanos("grace", grace);
        }
        stopping.set(true);
        List<Greenlet<Boolean>> stops = new ArrayList<>();
        Server own = null;
        for (Member member : members) {
            if (member.isCurrent()) {
                own = member.server();
                continue; // it has to know which handler calls
            }
            Greenlet<Boolean> stop = member.stop(grace);
            if (stop != null) {
                stops.add(stop);
            }
        }
        boolean inTime = true;
        try (Hub.Hold _ = hold()) {
            if (own != null) {
                inTime = grace == null ? own.stop() : own.stop(grace);
            }
            for (Greenlet<Boolean> stop : stops) {
                stop.join();
                inTime &= !Boolean.FALSE.equals(stop.value());
            }
            for (Member member : members) {
                member.awaitEnd();
            }
        }
        return inTime;
    }

    // ---- its hubs ----

    /** The hubs, in order; empty before the start. For greenlets beside the servers: {@link Hub#spawn} is for any thread. */
    @NeverSwitches
    public List<Hub> hubs() {
        return members.stream().map(member -> member.hub).filter(Objects::nonNull).toList();
    }

    /** Runs {@code body} on the hub whose turn it is. */
    @NeverSwitches
    public <V> Greenlet<V> spawn(Callable<? extends V> body) {
        return nextHub().spawn(body);
    }

    /** Runs {@code body} on the hub whose turn it is. */
    @NeverSwitches
    public Greenlet<Void> spawn(Task body) {
        return nextHub().spawn(body);
    }

    private Hub nextHub() {
        List<Hub> hubs = hubs();
        if (hubs.isEmpty()) {
            throw new IllegalStateException(this + " has no hubs (expected: started)");
        }
        return hubs.get(Math.floorMod(next.getAndIncrement(), hubs.size()));
    }

    /** The servers that have started, in order of their hubs. */
    @NeverSwitches
    public List<Server> servers() {
        return members.stream().map(Member::server).filter(Objects::nonNull).toList();
    }

    /** Where it listens; null before the start. */
    @NeverSwitches
    public SocketAddress address() {
        Server first = members.getFirst().server();
        return first == null ? null : first.address();
    }

    /** The port where it listens; -1 before the start, and at a path. */
    @NeverSwitches
    public int port() {
        Server first = members.getFirst().server();
        return first == null ? -1 : first.port();
    }

    /** Of all servers together. */
    @Override
    @NeverSwitches
    public Statistics statistics() {
        int hubs = 0;
        int handlers = 0;
        long taken = 0;
        long failed = 0;
        long killed = 0;
        long acceptErrors = 0;
        for (Server server : servers()) {
            Server.Statistics its = server.statistics();
            hubs += its.state() == Server.State.STARTED ? 1 : 0;
            handlers += its.handlers();
            taken += its.taken();
            failed += its.failed();
            killed += its.killed();
            acceptErrors += its.acceptErrors();
        }
        return new Statistics(hubs, handlers, taken, failed, killed, acceptErrors);
    }

    /**
     * A snapshot, for monitoring.
     *
     * @param hubs whose server is started
     * @param handlers that run now
     * @param taken connections or datagrams that were given to handlers so far
     * @param failed handlers that ended with an error
     * @param killed handlers that a stop has killed
     * @param acceptErrors attempts to take something that failed
     */
    public record Statistics(int hubs, int handlers, long taken, long failed, long killed, long acceptErrors) {}

    /** A server on its own thread. */
    private final class Member implements Runnable {
        private final int index;
        private final AsyncResult<Server> start = new AsyncResult<>();
        private final AsyncResult<Void> end = new AsyncResult<>();
        private volatile boolean launched;
        private volatile Hub hub;

        Member(int index) {
            this.index = index;
        }

        void launch() {
            launched = true;
            Thread.ofPlatform().daemon().name("jevent-hub-" + index).start(this);
        }

        @Override
        public void run() {
            try (Hub mine = Hub.current()) {
                hub = mine;
                Jevent.run(this::serve);
                start.trySetException(new IllegalStateException(HubGroup.this + " was stopped"));
            } catch (Throwable e) {
                if (!start.trySetException(e)) {
                    failed(e);
                }
            } finally {
                end.set(null);
                over.trySet(null);
            }
        }

        private void serve() throws IOException {
            try (Server server = servers.get()) {
                place(server);
                server.start();
                start.set(server);
                if (stopping.get()) {
                    return; // which this one wasn't told of
                }
                server.serveForever();
            }
        }

        private void place(Server server) throws IOException {
            SocketAddress given = server.given();
            if (index > 0) {
                Server first = members.getFirst().server();
                if (!first.given().equals(given)) {
                    throw new IllegalArgumentException("servers: " + server + " (expected: at the address of the first, " + first + ")");
                }
                server.place(new Server.Place(first.address(), sharesPort, sharesPort));
                return;
            }
            if (given == null) {
                throw new IllegalArgumentException("servers: " + server + " (expected: given an address, which all share)");
            }
            sharesPort = !handOff && given instanceof InetSocketAddress && SharedPorts.areKnown();
            if (!sharesPort && !(server instanceof StreamServer)) {
                throw new IllegalArgumentException("servers: " + server + " (expected: of streams, where ports aren't shared)");
            }
            if (sharesPort) {
                SharedPorts.checkFree(server, Addresses.resolved(given));
                server.place(new Server.Place(null, true, true));
            }
        }

        /** @throws IOException what it failed with, as it is */
        void awaitStart() throws IOException {
            start.join();
            switch (start.exception()) {
                case null -> {}
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IOException("server " + index + " of " + HubGroup.this + " cannot start: " + e, e);
            }
        }

        /** @return null if there is nothing to stop any more, or yet */
        Greenlet<Boolean> stop(Duration grace) {
            Server server = server();
            if (server == null) {
                return null;
            }
            try {
                return hub.spawn(() -> grace == null ? server.stop() : server.stop(grace));
            } catch (HubDestroyed e) {
                return null;
            }
        }

        void awaitEnd() {
            if (launched && !isCurrent()) {
                end.join();
            }
        }

        /** Whether the caller runs there. */
        boolean isCurrent() {
            Hub mine = hub;
            return mine != null && mine.isCurrent();
        }

        Server server() {
            return start.value();
        }
    }

    /** A server has ended with an error. */
    private void failed(Throwable error) {
        failure = error;
        if (stopping.compareAndSet(false, true)) {
            members.forEach(member -> member.stop(null));
        }
    }

    @Override
    public String toString() {
        SocketAddress at = address();
        return "<HubGroup of " + members.size() + (at == null ? ">" : " " + Addresses.text(at) + ">");
    }
}
