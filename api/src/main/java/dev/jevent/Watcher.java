package dev.jevent;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * Interest in one kind of event, made by a {@link Loop} and used on its thread. Started, it calls its callback in the
 * hub greenlet each time the event comes; the callback must not wait. An active watcher is kept alive by its loop, also
 * when nobody else refers to it.
 *
 * <p>A callback that throws is reported; an {@link Io} watcher is then stopped, lest it fail again at once for ever; the
 * others go on. [F-WAT-03]
 */
public interface Watcher extends AutoCloseable {
    /** Highest and lowest {@link #priority}. */
    int MAX_PRIORITY = 2;

    int MIN_PRIORITY = -2;

    Loop loop();

    /**
     * Starts it, or gives an active one another callback.
     *
     * @throws NullPointerException if {@code callback} is null; nothing is started [B-WAT-01]
     * @throws IllegalStateException after {@link #close()}
     */
    @NeverSwitches
    void start(Runnable callback);

    /** Nothing if it isn't active. */
    @NeverSwitches
    void stop();

    /** Stops it for good and frees what it holds. Safe in its own callback, and twice. */
    @Override
    @NeverSwitches
    void close();

    boolean active();

    /** Whether its event came and its callback has yet to run. */
    boolean pending();

    /** Null when it was never started, and for a one-shot watcher that has fired. [B-WAT-12] */
    Runnable callback();

    int priority();

    /**
     * Of the watchers that are ready at once, those of higher priority are called first. 0 at the start.
     *
     * @throws IllegalStateException if it is active
     * @throws IllegalArgumentException outside -2 to 2
     */
    void priority(int priority);

    /** Whether it keeps {@link Loop#run()} going while active. True at the start, but for {@link Signal}. */
    boolean ref();

    /** May be changed at any time. */
    void ref(boolean ref);

    /** Readiness of a channel or descriptor, as long as it lasts. Several may watch the same one. */
    interface Io extends Watcher {
        Pollable pollable();

        /** Mask of {@link Interest}s. */
        int interest();

        /** @throws IllegalStateException if it is active */
        void interest(int mask);

        /**
         * Whether somebody may close the channel without telling {@link Loop#closing}: then it is looked at before each poll, and
         * counts as ready if it is closed. False at the start, since that costs something; for channels only.
         *
         * @throws IllegalStateException if it is active
         */
        void checksClosed(boolean checks);

        /** In its callback: the mask that is ready. */
        int ready();

        /**
         * Tells that an operation in its directions would block now, or has just taken all there was: what the loop knows
         * of earlier readiness is used up. A hint that spares an edge-triggered loop a question to the system at the next
         * start; no loop needs it. Wrong after anything that may have switched since the operation.
         */
        @NeverSwitches
        void drained();
    }

    /** Fires once after a time, or repeatedly. Equal deadlines fire in the order they were started. */
    interface Timer extends Watcher {
        /** Starts it anew from now with its repeat as delay; stops it if it has none. [B-WAT-13] */
        void again(Runnable callback);

        Duration after();

        /** Zero: fires once. */
        Duration repeat();
    }

    /** Fires in the loop after any thread called {@link #send}; several calls may fire once. */
    interface Async extends Watcher {
        @AnyThread
        void send();
    }

    /**
     * Fires for a signal of the operating system. Works on every loop. One that this process was started with ignored, as by
     * {@code nohup} or in the background of a script, never comes: the JVM leaves that as it is.
     */
    interface Signal extends Watcher {
        /** {@code INT}, {@code TERM}, {@code HUP}…, without {@code SIG}. */
        String signal();
    }

    /** Fires once when a child process has ended. Works on every loop. */
    interface Child extends Watcher {
        ProcessHandle process();

        /** The exit status as {@link Process#exitValue()} has it; empty before the end, and if only a handle is watched. */
        OptionalInt status();
    }

    /** Fires in each iteration at one place: before the poll, after it, or when nothing else is pending. */
    interface Phase extends Watcher {}

    /** Fires when a file changes, appears or goes. */
    interface Stat extends Watcher {
        Path path();

        /** How often the file is looked at; a loop that hears of changes looks sooner. */
        Duration interval();

        /** The attributes as last seen; null: no such file. */
        BasicFileAttributes attributes();

        /** The attributes as seen before that; null: no such file. */
        BasicFileAttributes previous();
    }
}
