package dev.jevent;

import dev.jevent.contract.AnyThread;

/**
 * A place in a {@link WaitQueue}: a greenlet that waits, a link, or one arm of a wait for several things.
 *
 * <p>The links between nodes belong to the queue and are touched inside its {@link Guard} only.
 */
public abstract class WaitNode {
    WaitNode next;
    WaitNode previous;
    WaitQueue queue;

    /** Which one it was to come to {@link #queue}, or to the one it was in last; wraps around. */
    int place;

    protected WaitNode() {}

    /**
     * Takes the wake-up, or refuses it because this node was woken, killed or timed out already. Exactly one caller
     * is told {@code true}, and must then call {@link #wake} once. Called inside the guard of the queue: no
     * switch, no foreign code.
     */
    protected abstract boolean claim();

    /** For whom it stands here, as reports name it: the pool that a greenlet is a member of; null: for nobody but itself. */
    @AnyThread
    protected Object owner() {
        return null;
    }

    /** Hands {@code value} to whoever waits. Called once, after {@link #claim()}, outside the guard, by any thread. */
    public abstract void wake(Object value);
}
