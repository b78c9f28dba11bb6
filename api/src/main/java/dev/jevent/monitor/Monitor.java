package dev.jevent.monitor;

import dev.jevent.Hub;
import dev.jevent.ProviderException;
import dev.jevent.contract.AnyThread;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Looks at all hubs of the process from a thread of its own: gevent's periodic monitoring thread. It sleeps while all hubs do, and
 * nothing else is to be looked at. The setting {@code jevent.monitor} turns it off for hubs that are opened with it. [F-MOM-01]
 *
 * <p>By itself it tells of each {@link Stall} that lasts longer than {@code jevent.max.blocking.time}, to its subscribers and, unless
 * {@code jevent.print.blocking.reports} says no, on the hub's error stream.
 */
@AnyThread
public interface Monitor {
    /** @throws ProviderException if the module {@code hub} is not on the class path */
    static Monitor get() {
        return MonitorHolder.MONITOR;
    }

    /** Something that lasts until it is closed. Closing is idempotent. */
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Tells {@code subscriber} of every event from now on, on the monitor's thread, before it is printed. What it throws goes to the error
     * handler of the hub that it was told of, or of any. [F-EVS-01]
     */
    Registration subscribe(Consumer<? super MonitorEvent> subscriber);

    /**
     * Calls {@code function} with each open hub, about every {@code period}, on the monitor's thread. What it throws goes to the hub's
     * error handler, and ends the registration. [F-MOM-02]
     *
     * @param period longer than zero; below 5 ms it is 5 ms
     * @throws IllegalArgumentException if {@code period} is zero or negative
     */
    Registration every(Duration period, Consumer<? super Hub> function);

    /** Until it is closed, stalls that the calling greenlet makes are not told. [B-MON-10] */
    Registration ignoringStalls();

    /**
     * Who is there, where each waits, and since when: all hubs, their watchers, and what else {@linkplain dev.jevent.Measured counts}, as pools and
     * servers; greenlets in groups of those that wait for the same kind of thing at the same place. Of a hub that doesn't answer within a
     * second, who holds it. The setting {@code jevent.report.signal} has it printed when the process gets a signal. [F-UTL-01]
     *
     * <p>Blocks the calling thread, for a hundred thousand greenlets about a second. Hubs go on meanwhile, but for that of a greenlet that
     * calls this itself.
     */
    String report();
}
