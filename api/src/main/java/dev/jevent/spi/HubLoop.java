package dev.jevent.spi;

import dev.jevent.Loop;
import dev.jevent.Watcher;
import dev.jevent.contract.AnyThread;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A {@link Loop} as its hub drives it. Belongs to the thread that made it. */
public interface HubLoop extends Loop {
    /** Who runs users' callbacks; called once, before anything runs. Without a host they run on the loop's thread. */
    void host(LoopHost host);

    /**
     * Queues {@code task}, to be run on the loop's thread itself; first in first out with callbacks and with what was
     * {@linkplain #post posted} before. Allocates nothing.
     */
    void execute(Runnable task);

    /**
     * As {@link #execute}, from any thread; wakes the loop if it sleeps. Never blocks. After {@link #close()} the task
     * goes to {@link LoopHost#orphaned}: what was given to a loop is run, or orphaned, exactly once.
     */
    @AnyThread
    void post(Runnable task);

    Alarm alarm(CarrierCallback expired);

    /**
     * Runs tasks, and polls, until {@link #endTurn} was called or one iteration is over.
     *
     * @param patient if nothing is left that could call back, wait for a {@link #post} instead of returning
     * @return false if nothing is left that could call back, and this turn ran nothing that could have changed that elsewhere
     * @throws java.io.UncheckedIOException if the poll fails for good; the loop can be closed
     */
    boolean turn(boolean patient);

    /**
     * As {@code turn(true)}, if nothing but a {@link #post} could change anything any more: asks {@code mayPost} when
     * {@link #sleepForOthers} tells of the sleep already, and returns false instead of waiting if that says no. Several
     * loops whose only hope is each other find out in this way that there is none: each looks at the others after it can be
     * seen itself.
     */
    boolean turnForOthers(BooleanSupplier mayPost);

    /** The number of the sleep in {@link #turnForOthers} that lasts now, counted from 1; 0 if none does, or a post has ended it. */
    @AnyThread
    long sleepForOthers();

    /** Makes {@link #turn} return right after the task that runs now; the tasks behind it keep their place. */
    void endTurn();

    /** How many polls were made so far; on another thread, a moment ago. */
    @AnyThread
    long polls();

    /** Whether it waits in a poll until something comes. */
    @AnyThread
    boolean isAsleep();

    /** The watchers that are started; a snapshot. */
    List<Watcher> activeWatchers();

    /** Whether a turn is in progress, so that the caller is one of its tasks or callbacks. */
    boolean isTurning();
}
