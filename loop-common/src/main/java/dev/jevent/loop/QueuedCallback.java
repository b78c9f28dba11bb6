package dev.jevent.loop;

import dev.jevent.Callback;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One call of {@link PollingLoop#runCallback}.
 *
 * <pre>
 *   QUEUED ── its turn: given to the host ──▶ GIVEN ── run ──▶ RUNNING ──▶ DONE
 *   QUEUED, GIVEN ── stop ──▶ STOPPED
 * </pre>
 *
 * It is its own task in the queue, and its own callback at the host; the state tells which. It may be stopped by any thread.
 */
final class QueuedCallback implements Callback, Runnable {
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(QueuedCallback.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int QUEUED = 0;
    private static final int GIVEN = 1;
    private static final int RUNNING = 2;
    private static final int DONE = 3;
    private static final int STOPPED = 4;

    private final PollingLoop loop;
    private final Runnable callback;
    private volatile int state;

    QueuedCallback(PollingLoop loop, Runnable callback) {
        this.loop = loop;
        this.callback = callback;
    }

    @Override
    public void run() {
        if (STATE.compareAndSet(this, QUEUED, GIVEN)) {
            loop.call(this, callback);
        } else if (STATE.compareAndSet(this, GIVEN, RUNNING)) {
            try {
                callback.run();
            } finally {
                state = DONE;
            }
        }
    }

    /** What is to be run in place of this one by whoever takes over the tasks of a closed loop. */
    Runnable callback() {
        return callback;
    }

    @Override
    public boolean pending() {
        return state < DONE;
    }

    @Override
    public void stop() {
        if (!STATE.compareAndSet(this, QUEUED, STOPPED)) {
            STATE.compareAndSet(this, GIVEN, STOPPED);
        }
    }

    @Override
    public String toString() {
        return "callback " + callback;
    }
}
