package dev.jevent.guice;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.Jevent;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.servers.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The servers of an application, which start and stop as one.
 *
 * <pre>
 *   NEW ── start() ──▶ STARTED ── stop(), or one of them ends ──▶ STOPPED
 *    └── stop(), or one cannot start ────────────────────────────────▲
 * </pre>
 */
@Singleton
public final class Servers implements AutoCloseable {
    private enum State { NEW, STARTED, STOPPED }

    private final List<Served> all;
    private State state = State.NEW;

    /** Whoever has no {@link ServerModule} is told by Guice that nothing is bound for this. */
    @Inject
    Servers(Set<Served> all) {
        this.all = List.copyOf(all);
    }

    /**
     * Starts them, in the order of their modules: those that aren't on hubs of their own on the caller's.
     *
     * @throws IOException if one cannot listen; then none does
     * @throws IllegalStateException if they were stopped
     */
    @Switches
    public void start() throws IOException {
        if (state == State.STOPPED) {
            throw new IllegalStateException(this + " were stopped (expected: started once)");
        }
        if (state == State.STARTED) {
            return;
        }
        state = State.STARTED;
        boolean started = false;
        try {
            for (Served served : all) {
                served.start();
            }
            started = true;
        } finally {
            if (!started) {
                stop(Duration.ZERO);
            }
        }
    }

    /**
     * {@link #start() Starts} them, and waits until one of them ends, by itself or stopped; then stops the others. A kill of the
     * caller stops them, too.
     *
     * @throws IOException if one cannot listen, or has failed later
     */
    @Switches
    public void serveForever() throws IOException {
        start();
        List<Serving> serving = all.stream().map(Serving::new).toList();
        try {
            serving.forEach(Greenlet::start);
            Jevent.waitAny(serving);
        } finally {
            stop();
            Jevent.joinAll(serving);
        }
        for (Serving each : serving) {
            if (each.failure != null) {
                throw each.failure;
            }
        }
    }

    /** Waits for one of them, and keeps what it fails with for who waits for all. */
    private static final class Serving extends Greenlet<Void> {
        private final Served served;
        private IOException failure;

        Serving(Served served) {
            this.served = served;
        }

        @Override
        protected Void run() {
            try {
                served.serveForever();
            } catch (IOException e) {
                failure = e;
            }
            return null;
        }
    }

    /** Stops them at once, each with its own grace. @return whether no handler had to be killed */
    @Switches
    public boolean stop() {
        return stop(null);
    }

    /** {@link #stop() Stops} them. */
    @Override
    @Switches
    public void close() {
        stop();
    }

    /**
     * Stops them at once: none takes anything new while the handlers of another have their time. A handler that calls this would
     * wait for itself: it spawns who does.
     *
     * @param grace as for {@link Server#stop(Duration)}; null: each has its own
     * @return whether no handler had to be killed
     */
    @Switches
    public boolean stop(Duration grace) {
        if (grace != null) {
            Durations.nanos("grace", grace);
        }
        state = State.STOPPED;
        List<Greenlet<Boolean>> stops = new ArrayList<>();
        for (Served served : all) {
            stops.add(Jevent.spawn(() -> served.stop(grace)));
        }
        try {
            Jevent.joinAll(stops);
        } finally {
            Jevent.killAll(stops);
        }
        return stops.stream().noneMatch(stop -> Boolean.FALSE.equals(stop.value()));
    }

    /** Those that there are; of those on several hubs, the ones that have started. */
    @AnyThread
    @NeverSwitches
    public List<Server> servers() {
        return all.stream().flatMap(served -> served.servers().stream()).toList();
    }

    @Override
    public String toString() {
        return "<servers " + servers() + ">";
    }
}
