package dev.jevent.io.signal;

import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.Watcher;
import dev.jevent.contract.NeverSwitches;
import java.util.Objects;

/**
 * Signals of the operating system: as something to wait for, and as code to run. Any number of hubs and greenlets may
 * subscribe to the same one; with the last that is closed, what the JVM did before is back.
 *
 * <pre>{@code
 * try (var hangup = Signals.event("HUP"); var stop = Signals.handle("TERM", server::stop)) { … }
 * }</pre>
 *
 * <p>Names are those of the system without {@code SIG}: {@code INT}, {@code TERM}, {@code HUP}, {@code USR2}… The JVM keeps
 * some for itself. Signals that come faster than they are handled may be told as one, as the system itself does.
 *
 * <p><b>{@code INT}, Ctrl-C.</b> Unless somebody subscribes, the JVM ends, by its shutdown hooks, with status 130. gevent throws
 * {@code KeyboardInterrupt} into main; to have such,
 * {@code Signals.handle("INT", () -> hub.main().killLater(new GreenletExit()))}.
 */
public final class Signals {
    private Signals() {}

    /**
     * An event that is set whenever the signal comes. While it is open it keeps the hub going.
     *
     * @throws IllegalArgumentException if this system has no such signal, or the JVM keeps it for itself
     */
    @NeverSwitches
    public static SignalEvent event(String signal) {
        Watcher.Signal watcher = watcher(signal);
        watcher.ref(true);
        SignalEvent event = new SignalEvent(watcher);
        watcher.start(event::raise);
        return event;
    }

    /**
     * Runs {@code handler} in a greenlet of its own each time the signal comes: it may wait. What it throws is reported, and
     * the next signal is handled all the same. It doesn't keep the hub going, so a main that waits for what only the handler
     * will do needs {@link Subscription#ref}.
     *
     * @throws IllegalArgumentException if this system has no such signal, or the JVM keeps it for itself
     * @throws NullPointerException if {@code handler} is null [B-SIG-01]
     */
    @NeverSwitches
    public static Subscription handle(String signal, Task handler) {
        Objects.requireNonNull(handler, "handler");
        Hub hub = Hub.current();
        Watcher.Signal watcher = watcher(signal);
        watcher.start(() -> hub.spawn(handler));
        return new Subscription(watcher, handler);
    }

    private static Watcher.Signal watcher(String signal) {
        Objects.requireNonNull(signal, "signal");
        return Hub.current().loop().signal(signal);
    }

    /** A handler that is told of a signal until this is closed, by the hub that made it. */
    public static final class Subscription implements AutoCloseable {
        private final Watcher.Signal watcher;
        private final Task handler;

        private Subscription(Watcher.Signal watcher, Task handler) {
            this.watcher = watcher;
            this.handler = handler;
        }

        public String signal() {
            return watcher.signal();
        }

        /** Whether it keeps its hub going. False at the start. */
        public void ref(boolean ref) {
            watcher.ref(ref);
        }

        public boolean ref() {
            return watcher.ref();
        }

        /** Greenlets that run already go on. Idempotent. */
        @Override
        @NeverSwitches
        public void close() {
            watcher.close();
        }

        @Override
        public String toString() {
            return "<" + handler + " for signal " + signal() + (watcher.active() ? ">" : ", closed>");
        }
    }
}
