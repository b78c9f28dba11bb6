package dev.jevent.hub;

import dev.jevent.BlockingSwitchOutException;
import dev.jevent.Greenlet;
import dev.jevent.Waiter;
import dev.jevent.spi.CarrierCallback;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;

/**
 * The hub greenlet: runs users' callbacks, links and error handlers, one after another.
 *
 * <p>They don't run on the carrier itself: if one met a lock that an unmounted greenlet of this hub is to own next, the
 * carrier would wait for it for ever. Here only this virtual thread waits; the loop goes on, and the callbacks behind it
 * run when it does. A jevent call that waits is refused here. [F-HUB-25]
 */
final class CallbackGreenlet extends HubStrand {
    private final ArrayDeque<Object> queue = new ArrayDeque<>(); // context, callback, after a failure: in threes
    private final Greenlet<?> greenlet;
    private final Thread thread;

    /** Whether the virtual thread has nothing to do, or hasn't been started. */
    private boolean idle = true;

    private boolean closed;
    private Object context;

    private static final Object NOTHING = new Object();

    CallbackGreenlet(LoopHub hub) {
        super(hub);
        thread = hub.newThread(this);
        thread.setUncaughtExceptionHandler(this);
        thread.setName("callbacks of " + hub.name());
        greenlet = new HubGreenlet(this);
    }

    /** What {@link Greenlet#current()} is in a callback. */
    private static final class HubGreenlet extends Greenlet<Void> {
        HubGreenlet(CallbackGreenlet strand) {
            super(strand);
        }

        @Override
        public String toString() {
            return "<hub greenlet of " + hub() + ">";
        }
    }

    /** On the carrier: runs {@code callback} now, unless an earlier one is parked in a JDK call. */
    void call(Object context, Runnable callback, CarrierCallback onFailure) {
        queue.add(context == null ? NOTHING : context);
        queue.add(callback);
        queue.add(onFailure == null ? NOTHING : onFailure);
        if (idle) {
            idle = false;
            hub.scheduler().runNow(thread);
        }
    }

    @Override
    public void run() {
        while (!closed) {
            while (!queue.isEmpty()) {
                context = queue.poll();
                Runnable callback = (Runnable) queue.poll();
                Object onFailure = queue.poll();
                try {
                    callback.run();
                } catch (Throwable t) {
                    hub.errors().report(context == NOTHING ? callback : context, t);
                    afterFailure(onFailure);
                }
                context = null;
                Thread.interrupted(); // of a callback, not of the next one
            }
            idle = true;
            while (idle && !closed) {
                LockSupport.park(this);
                Thread.interrupted();
            }
        }
    }

    private void afterFailure(Object onFailure) {
        if (onFailure != NOTHING) {
            try {
                ((Runnable) onFailure).run();
            } catch (Throwable t) {
                hub.errors().report(onFailure, t);
            }
        }
    }

    /** Whether a callback is parked in a JDK call. */
    boolean isBusy() {
        return !idle;
    }

    /** Whether the caller runs here. */
    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** Called before the loop is closed, by the hub's thread or after its end. */
    void close() {
        closed = true;
        if (idle && thread.getState() != Thread.State.NEW) {
            if (hub.isCurrent()) {
                hub.scheduler().runNow(thread);
            } else {
                LockSupport.unpark(thread);
            }
        }
    }

    @Override
    Waiter waiter() {
        throw new BlockingSwitchOutException("the callback " + context
                + " called something that waits; callbacks of a loop must not: spawn a greenlet in the callback instead");
    }

    @Override
    void goToTheEnd() {
        waiter();
    }

    @Override
    protected void block(long nanos) {
        waiter();
    }

    @Override
    protected void resume() {
        throw new IllegalStateException(this + " never waits");
    }

    @Override
    public Greenlet<?> greenlet() {
        return greenlet;
    }

    @Override
    public Thread thread() {
        return thread;
    }

    @Override
    protected void start(Duration delay) {
        throw new IllegalStateException(this + " runs already");
    }

    @Override
    protected void ended() {
        // not a greenlet that was spawned
    }

    @Override
    protected void discard() {
        throw new IllegalStateException(this + " runs already");
    }
}
