package dev.jevent;

import java.util.List;

/**
 * Main waits, and nothing can ever wake it: no greenlet is ready, no timer, watcher or call on a thread pool is pending,
 * no greenlet is inside a blocking JDK call, and no other hub is open. The message lists the greenlets that are left,
 * what each waits for, and where.
 *
 * <p>The hub stays usable. A thread that jevent doesn't know may still be about to wake somebody:
 * {@link Hub#hold()} tells the hub so.
 */
public final class LoopExit extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Hub hub;
    private final transient List<Greenlet<?>> blocked;

    public LoopExit(String message, Hub hub, List<Greenlet<?>> blocked) {
        super(message);
        this.hub = hub;
        this.blocked = List.copyOf(blocked);
    }

    public Hub hub() {
        return hub;
    }

    /** The greenlets that wait for ever, in the order they were started. */
    public List<Greenlet<?>> blocked() {
        return blocked;
    }
}
