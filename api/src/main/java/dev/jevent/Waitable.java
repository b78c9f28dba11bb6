package dev.jevent;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;

/**
 * What a greenlet can wait for, alone or together with others ({@link Hub#waitAll}, {@link Hub#iwait}): a greenlet, an
 * event, a result, a semaphore.
 */
public interface Waitable {
    /** Whether a wait for this would be over at once. */
    @AnyThread
    @NeverSwitches
    boolean ready();

    /**
     * Enqueues {@code node} to be woken as soon as this is ready.
     *
     * @return false, with nothing enqueued, if this is ready now
     */
    @AnyThread
    @NeverSwitches
    boolean register(WaitNode node);

    /** Takes {@code node} out again; silently nothing if it isn't there. */
    @AnyThread
    @NeverSwitches
    void unregister(WaitNode node);

    /** How many wait for this, links included. */
    @AnyThread
    @NeverSwitches
    int linkCount();
}
