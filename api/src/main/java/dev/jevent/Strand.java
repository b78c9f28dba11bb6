package dev.jevent;

import dev.jevent.contract.AnyThread;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The stack that a {@link Greenlet} runs on, as its hub makes it: a waiter that can be started and thrown into.
 * Implemented by the hub; users meet {@link Greenlet}.
 */
public abstract class Strand extends Waiter implements Runnable {
    protected Strand() {}

    public abstract Hub hub();

    /** The greenlet that runs here; never null. The main thread of a hub and raw greenlets have one, too. */
    public abstract Greenlet<?> greenlet();

    /** The virtual thread, or the platform thread of main. */
    public abstract Thread thread();

    /** Queues the first run, at once or after {@code delay}. Called once, by {@link Greenlet#start}. */
    protected abstract void start(Duration delay);

    /**
     * Delivers {@code error} in a later step of the hub: at the current wait, or at the next one if the greenlet does
     * not wait. Before the first run the greenlet never runs, see {@link #endUnstarted}.
     *
     * @param depth in how many shielded parts it may be delivered
     */
    @AnyThread
    protected abstract void throwLater(Throwable error, int depth);

    /** Takes back an error that was thrown into this strand and not delivered yet. */
    protected abstract boolean takeBack(Throwable error);

    /** Frees the stack of a greenlet that ended before its first run. */
    protected abstract void discard();

    /**
     * What a body that ended with {@code error} failed with: {@code error}, unless that only says that a JDK call was
     * interrupted in order to deliver a kill.
     */
    protected Throwable endedWith(Throwable error) {
        return error;
    }

    /** Enters a shielded part, or leaves one: what was thrown in from outside waits for its end. */
    protected abstract void shield(int change);

    /** How many shielded parts it is in. */
    protected abstract int shieldDepth();

    // ---- what a hub does with the greenlet that runs here ----

    /**
     * The life of the greenlet, as the first frame of this stack: runs its body unless it was killed before, keeps the
     * outcome and tells everybody who waits for it. One method, since each frame below a waiting greenlet costs memory.
     */
    @Override
    public void run() {
        Greenlet<?> greenlet = greenlet();
        if (!greenlet.begin()) {
            return;
        }
        Object result = null;
        Throwable error = null;
        try {
            result = greenlet.run();
        } catch (Throwable t) {
            error = endedWith(t);
        }
        try {
            greenlet.end(result, error);
        } finally {
            ended();
        }
    }

    /** Reports the error of a failed greenlet, before anybody is told of its end. */
    protected abstract void report(Throwable error);

    /** The greenlet has ended, and its body ran. */
    protected abstract void ended();

    /** Ends the greenlet if it never ran. Returns false, with nothing done, if it has begun or ended. */
    protected final boolean endUnstarted(Throwable error) {
        return greenlet().endUnstarted(error);
    }

    /** The greenlet's small number if it was asked for, else -1. */
    protected final int identIfAny() {
        return greenlet().identIfAny();
    }

    /** The class of the greenlet's body, as reports name it. */
    protected final String kind() {
        return greenlet().kind();
    }

    /** Adds what the greenlet is a member of. Any thread. */
    protected final void owners(Collection<Object> into) {
        greenlet().owners(into);
    }

    /** Records where the greenlet comes from. [F-GRN-32] */
    protected final void spawnedBy(Greenlet<?> spawner, Map<Object, Object> treeLocals, List<StackTraceElement> stack) {
        greenlet().spawnedBy(spawner, treeLocals, stack);
    }
}
