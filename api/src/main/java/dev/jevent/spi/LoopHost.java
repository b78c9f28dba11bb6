package dev.jevent.spi;

import dev.jevent.contract.AnyThread;

/** What a loop needs from the hub it belongs to. Called on the loop's thread, but for what says otherwise. */
public interface LoopHost {
    /**
     * Runs a user's callback where user code may run. Returns when it is over, or when it had to park in a JDK call: then
     * it goes on later, before any callback given after it.
     *
     * @param context what is named when it fails
     * @param onFailure run after a failure was reported, on the loop's thread or the hub greenlet; null: nothing
     */
    void call(Object context, Runnable callback, CarrierCallback onFailure);

    /** Reports what no callback is to blame for: a poll that failed, a watcher's own defect. */
    void failed(Object context, Throwable error);

    /** A turn begins, or goes on after a poll that slept: from now on who looks at the hub from outside will see it work. */
    default void active() {}

    /** Takes a task that a closed loop can no longer run. */
    @AnyThread
    void orphaned(Runnable task);

    /** Whether the caller runs on the loop's thread: as its code, or as a virtual thread that it carries. */
    @AnyThread
    boolean isCurrent();
}
