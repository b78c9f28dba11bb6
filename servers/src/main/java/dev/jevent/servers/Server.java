package dev.jevent.servers;

import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.HubDestroyed;
import dev.jevent.Interest;
import dev.jevent.Measured;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.Readiness;
import dev.jevent.sync.Event;
import dev.jevent.sync.Pool;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes what comes in at an address, and has each piece handled in a greenlet of its own. All of them are tracked until they
 * end, with or without a limit.
 *
 * <pre>
 *   NEW ── start() ──▶ STARTED ── stop(), or the listener fails ──▶ STOPPING ── no handler is left ──▶ STOPPED
 *    └── stop() ──────────────────────────────────────────────────────────────────────────────────▲    │
 *                          ▲── start(), if it was given an address and not an open socket ─────────────┘
 * </pre>
 *
 * <p>{@code start()} of one that is STARTED, {@code stop()} of one that is STOPPED: nothing. {@code start()} of one that is
 * STOPPING: {@link IllegalStateException}. While STARTED it may pause: {@link #stopAccepting()}.
 *
 * <p>It belongs to the hub on which it was started. What configures it is called before that, unless it says otherwise.
 *
 * <p><b>Errors.</b> A handler that fails is reported to the hub, and nothing else happens. If nothing can be taken, as when
 * the process has no descriptor left, that is reported at most once a second, and tried again after a pause that doubles up
 * to a limit, or as soon as a handler has ended. If the listener was closed by somebody else, the server stops, and
 * {@link #serveForever()} throws.
 */
public abstract sealed class Server implements Measured, AutoCloseable permits StreamServer, DatagramServer {
    /** Where a server is in its life. */
    public enum State { NEW, STARTED, STOPPING, STOPPED }

    /** How long killed handlers may take to end before {@link #stop} returns without them. */
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(1);

    private final SocketAddress given; // null: an open socket was
    private int limit = Integer.MAX_VALUE;
    private Pool pool; // of the application; null: none
    private volatile int maxAccept = 64;
    private volatile long leastPause = 10_000_000;
    private volatile long mostPause = 1_000_000_000;
    private volatile Duration stopTimeout = Duration.ofSeconds(1);

    private volatile State state = State.NEW;
    private volatile Hub hub; // null: never started
    private volatile Pool handlers = new Pool(); // those of this life
    private volatile Acceptor acceptor; // null: never started, or another server of its group accepts for it
    private Place place = Place.ALONE;
    private final Event stopped = new Event();
    private volatile Throwable failure; // of the listener
    private int serving; // greenlets in serveForever(), which throws what the listener failed with

    private volatile boolean accepting = true;
    private final Event resumed = new Event();

    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong killed = new AtomicLong();

    /** @param given to listen on; null: the subclass was given an open socket */
    Server(SocketAddress given) {
        this.given = given;
    }

    /**
     * An address as people write it: {@code 8080}, {@code :8080} and {@code *:8080} are that port on all addresses, of both
     * families; {@code 127.0.0.1:8080}, {@code [::1]:8080} and {@code localhost:8080} one of them, {@code unix:/run/app.socket} a
     * path. Port 0: any that is free. A name is looked up when the server starts, and the first of its addresses taken.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    @AnyThread
    public static SocketAddress address(String text) {
        return Addresses.parse(text);
    }

    /** {@code address} as {@link #address} reads it. */
    @AnyThread
    public static String text(SocketAddress address) {
        return Addresses.text(address);
    }

    // ---- what it is made of ----

    /**
     * Binds, and leaves nothing open if that fails.
     *
     * @param at null: the socket that was given is used
     * @param shared whether others of this group will bind there, too
     */
    abstract void open(SocketAddress at, boolean shared) throws IOException;

    /** Takes nothing any more; handlers go on. */
    abstract void stopListening() throws IOException;

    /** Any thread. Idempotent. */
    abstract void closeListener() throws IOException;

    abstract Readiness listening();

    /** Begins to handle one piece. @return false if nothing is there */
    abstract boolean takeOne() throws IOException;

    abstract SocketAddress boundTo() throws IOException;

    /**
     * It stops: nothing is taken any more, and the handlers that run will be waited for. Here a server whose handlers wait for
     * their clients' next request ends those.
     */
    protected void stopping() {}

    /** Whether the acceptor is in a handler, and is to be let out of it before it ends. */
    boolean isHandlingInPlace() {
        return false;
    }

    // ---- configuration ----

    /** How many handlers may run at once; what comes beyond waits in the system's queue. No limit at the start. */
    public Server limit(int handlers) {
        if (handlers < 1) {
            throw new IllegalArgumentException("handlers: " + handlers + " (expected: > 0)");
        }
        checkNotStarted("limit");
        limit = handlers;
        return this;
    }

    /**
     * Handlers are members of {@code pool}, too, which other servers may share: while it is full nothing is taken. The server never
     * kills or waits for members that aren't its own handlers.
     */
    public Server pool(Pool pool) {
        Objects.requireNonNull(pool, "pool");
        checkNotStarted("pool");
        this.pool = pool;
        return this;
    }

    /** How many are taken in a row, 64 at the start, before greenlets that are ready get their turn. */
    public Server maxAccept(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count: " + count + " (expected: > 0)");
        }
        maxAccept = count;
        return this;
    }

    /** The pause after an attempt to take something has failed: from {@code least}, 10 ms, doubling up to {@code most}, 1 s. */
    public Server backOff(Duration least, Duration most) {
        long leastNanos = Durations.nanos("least", least);
        if (leastNanos == 0) {
            throw new IllegalArgumentException("least: " + least + " (expected: > 0)");
        }
        if (least.compareTo(most) > 0) {
            throw new IllegalArgumentException("most: " + most + " (expected: >= " + least + ", the least)");
        }
        leastPause = leastNanos;
        mostPause = Durations.nanos("most", most);
        return this;
    }

    /** How long {@link #stop()} lets handlers go on before it kills them; 1 s at the start. Any time. */
    public Server stopTimeout(Duration grace) {
        Durations.nanos("grace", grace);
        stopTimeout = grace;
        return this;
    }

    final void checkNotStarted(String what) {
        if (state == State.STARTED || state == State.STOPPING) {
            throw new IllegalStateException(what + ": " + this + " is " + state + " (expected: set before start())");
        }
    }

    // ---- life ----

    /**
     * Listens, and takes what comes from now on.
     *
     * @throws IOException if it cannot listen; then nothing is left open
     * @throws IllegalStateException if it is stopping; or was stopped, and had been given an open socket
     */
    @Switches
    public void start() throws IOException {
        if (state == State.STARTED) {
            return;
        }
        if (state == State.STOPPING || state == State.STOPPED && given == null) {
            throw new IllegalStateException(this + " cannot be started (expected: " + (given == null
                    ? "started once, since the socket it was given is closed)" : "its handlers have ended)"));
        }
        SocketAddress at = given == null ? null : Addresses.resolved(place.at() != null ? place.at() : given);
        if (state == State.STARTED) {
            return; // by another greenlet, during the look-up
        }
        if (place.accepts()) {
            open(at, place.shared());
        }
        hub = Hub.current();
        handlers = new Pool(limit);
        failure = null;
        stopped.clear();
        startAccepting();
        state = State.STARTED;
        hub.parts().add(this);
        if (place.accepts()) {
            acceptor = new Acceptor(this);
            acceptor.rawLink(this::acceptorEnded);
            acceptor.start();
        }
    }

    /**
     * Where a server stands in a {@link HubGroup}.
     *
     * @param at instead of the address that it was given; null: there
     * @param shared whether others will bind there, too
     * @param accepts whether it listens; else another hands connections to it
     */
    record Place(SocketAddress at, boolean shared, boolean accepts) {
        static final Place ALONE = new Place(null, false, true);
    }

    /** Before the start. */
    final void place(Place place) {
        this.place = place;
    }

    /** What it was given to listen on; null: an open socket. */
    final SocketAddress given() {
        return given;
    }

    /**
     * {@link #start() Starts} it, waits until it is stopped, and returns when its handlers have ended. A kill stops it, too.
     *
     * @throws IOException if it cannot listen, or its listener fails
     */
    @Switches
    public void serveForever() throws IOException {
        start();
        serving++;
        try {
            stopped.await();
        } finally {
            serving--;
            stop();
        }
        Throwable cause = failure;
        if (cause != null) {
            throw new IOException(this + ": the listener failed: " + cause, cause);
        }
    }

    /** Takes nothing until {@link #startAccepting()}: what comes waits in the system's queue. Handlers go on. */
    @AnyThread
    @NeverSwitches
    public void stopAccepting() {
        resumed.clear();
        accepting = false;
        if (state == State.STARTED && place.accepts()) {
            listening().poke(Interest.READ);
        }
    }

    @AnyThread
    @NeverSwitches
    public void startAccepting() {
        accepting = true;
        resumed.set();
    }

    /** Stops it as {@link #stop(Duration)} does, with {@link #stopTimeout(Duration)}. */
    @AnyThread
    @Switches
    public boolean stop() {
        return stop(stopTimeout);
    }

    /** {@link #stop() Stops} it. */
    @Override
    @AnyThread
    @Switches
    public void close() {
        stop();
    }

    /**
     * Closes the listener, waits until the handlers have ended, and kills those that are left after {@code grace}. The handler
     * that calls this is not waited for. Of several callers each has a grace of its own. A kill of the caller ends it.
     *
     * @return whether no handler had to be killed
     */
    @AnyThread
    @Switches
    public boolean stop(Duration grace) {
        Durations.nanos("grace", grace);
        Hub mine = hub;
        if (mine == null || mine.isCurrent() || state == State.STOPPED) {
            return stopHere(grace);
        }
        Greenlet<Boolean> there;
        try {
            there = mine.spawn(() -> stopHere(grace));
        } catch (HubDestroyed e) {
            end(handlers); // nothing of it runs any more
            return true;
        }
        try {
            there.join();
        } finally {
            there.killLater(); // nothing if it has ended: else the caller was killed
        }
        return Boolean.TRUE.equals(there.value());
    }

    private boolean stopHere(Duration grace) {
        if (state == State.NEW) {
            end(handlers);
            return true;
        }
        if (state == State.STOPPED) {
            return true;
        }
        long killedBefore = killed.get();
        Pool mine = handlers;
        boolean first = state == State.STARTED;
        if (first) {
            state = State.STOPPING;
            mine.shutdown();
            stopListeningOrReport();
            if (acceptor != null && !isHandlingInPlace()) {
                acceptor.killLater();
            }
        }
        mine.discard(Greenlet.current());
        boolean ended = false;
        try {
            if (first) {
                stopping();
            }
            ended = awaitEnd(mine, Durations.nanos("grace", grace));
        } finally {
            try {
                if (!ended) {
                    kill(mine);
                }
            } finally {
                end(mine);
            }
        }
        return killed.get() == killedBefore;
    }

    private boolean awaitEnd(Pool mine, long nanos) {
        long start = Waiter.current().nanoTime();
        if (acceptor != null && !acceptor.join(Duration.ofNanos(nanos))) {
            return false;
        }
        long waited = Waiter.current().nanoTime() - start;
        return mine.join(Duration.ofNanos(Math.max(0, nanos - waited)));
    }

    private void kill(Pool mine) {
        killed.addAndGet(mine.size() + (isHandlingInPlace() ? 1 : 0));
        if (acceptor != null) {
            acceptor.killLater();
        }
        if (!mine.kill(new GreenletExit(), KILL_PATIENCE)) {
            hub.handleError(this, new IllegalStateException("handlers that go on after a kill, and are left alone: " + mine.members()));
        }
    }

    /** Unless somebody started it again meanwhile. */
    private void end(Pool life) {
        if (handlers == life && state != State.STOPPED) {
            state = State.STOPPED;
            if (hub != null) {
                hub.parts().remove(this);
            }
            closeOrReport();
            stopped.set();
        }
    }

    /** An error doesn't keep the rest of a stop from being done. */
    private void closeOrReport() {
        try {
            closeListener();
        } catch (IOException e) {
            report(e);
        }
    }

    private void stopListeningOrReport() {
        try {
            stopListening();
        } catch (IOException e) {
            report(e);
        }
    }

    private void report(IOException error) {
        Hub mine = hub;
        (mine != null ? mine : Hub.current()).handleError(this, error);
    }

    /** Its own end is none of a stop: its listener was closed by somebody else, or it was killed. In the hub greenlet. */
    private void acceptorEnded(Greenlet<?> ended) {
        if (ended != acceptor || state != State.STARTED) {
            return;
        }
        failure = ended.exception();
        closeOrReport();
        if (ended.exit() instanceof HubDestroyed) {
            end(handlers); // the hub kills the handlers as well
        } else {
            ended.hub().spawn(() -> stop());
        }
    }

    // ---- for the acceptor, and the handlers ----

    /** Waits while nothing may be taken. @return whether it had to */
    final boolean awaitTurn() throws ClosedChannelException {
        if (state != State.STARTED) {
            throw new ClosedChannelException(); // since a handler in place was begun
        }
        if (!accepting) {
            resumed.await();
            return true;
        }
        return awaitRoom();
    }

    /** Waits while no handler may be begun. @return whether it had to */
    boolean awaitRoom() {
        Pool full = handlers.full() ? handlers : pool != null && pool.full() ? pool : null;
        if (full != null) {
            full.awaitAvailable();
        }
        return full != null;
    }

    /**
     * Starts {@code handler}, once there is room for it.
     *
     * @throws java.util.concurrent.RejectedExecutionException if a pool was shut down, as that of this server is when it stops
     */
    final void begin(Greenlet<?> handler) {
        Pool mine = handlers;
        while (!mine.tryAdd(handler)) {
            mine.awaitAvailable();
        }
        boolean begun = false;
        try {
            while (pool != null && !pool.tryAdd(handler)) {
                pool.awaitAvailable();
            }
            begun = true;
        } finally {
            if (!begun) {
                mine.discard(handler);
            }
        }
        taken();
        handler.start();
    }

    final void taken() {
        taken.getAndIncrement();
    }

    /** A handler is over, and what it held is closed. @param error null: none */
    final void ended(Throwable error) {
        if (error != null && !(error instanceof GreenletExit)) {
            failed.getAndIncrement();
        }
    }

    /** There is room for another handler. */
    final void released() {
        Acceptor mine = acceptor;
        if (mine != null) {
            mine.released();
        }
    }

    final Acceptor acceptor() {
        return acceptor;
    }

    final Hub hub() {
        return hub;
    }

    /** Whether the acceptor's failure needs no report. */
    final boolean isFailureKnown() {
        return serving > 0 || state != State.STARTED;
    }

    final int maxAccept() {
        return maxAccept;
    }

    /** The pause after one of {@code before} ns; 0: the first. */
    final long pauseAfter(long before) {
        return before == 0 ? leastPause : Math.min(2 * before, mostPause);
    }

    // ---- looking ----

    @AnyThread
    public State state() {
        return state;
    }

    /** Whether it listens, also while it doesn't accept. */
    @AnyThread
    public boolean started() {
        return state == State.STARTED;
    }

    /** Whether what comes now has to wait until a handler ends. */
    @AnyThread
    public boolean full() {
        return handlers.full() || pool != null && pool.full();
    }

    /** Where it listens, with the port that it got; before the start what it was given. Null if that was an open socket. */
    @AnyThread
    public SocketAddress address() {
        try {
            SocketAddress bound = boundTo();
            return bound != null ? bound : given;
        } catch (IOException e) {
            return given; // closed
        }
    }

    /** The port where it listens; -1 if that isn't known before the start, or is a path. */
    @AnyThread
    public int port() {
        return address() instanceof InetSocketAddress inet && inet.getPort() > 0 ? inet.getPort() : -1;
    }

    @Override
    @AnyThread
    public Statistics statistics() {
        Acceptor mine = acceptor;
        return new Statistics(state, handlers.size(), taken.get(), failed.get(), killed.get(), mine == null ? 0 : mine.errors());
    }

    /**
     * A snapshot, for monitoring.
     *
     * @param handlers that run now
     * @param taken connections or datagrams that were given to handlers so far
     * @param failed handlers that ended with an error
     * @param killed handlers that a stop has killed
     * @param acceptErrors attempts to take something that failed, since the last start
     */
    public record Statistics(State state, int handlers, long taken, long failed, long killed, long acceptErrors) {}

    /** What handles, for {@link #toString}; null if it is a method of this. */
    Object handler() {
        return null;
    }

    @Override
    public String toString() {
        Object handler = handler();
        SocketAddress at = address();
        String type = handler == null ? getClass().getSimpleName() : getClass().getSuperclass().getSimpleName();
        return "<" + type + (at == null ? "" : " " + Addresses.text(at)) + " " + state
                + (handler == null ? ">" : ": " + handler.getClass().getName() + ">");
    }
}
