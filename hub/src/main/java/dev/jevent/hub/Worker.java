package dev.jevent.hub;

import dev.jevent.Hub;

/**
 * What a thread of a {@link WorkerPool} does.
 *
 * <pre>
 *   STARTING ──▶ BUSY ◀──▶ IDLE ── time over, or one too many ──▶ ENDED
 * </pre>
 */
final class Worker implements Runnable {
    private final WorkerPool pool;
    private final Crew crew;
    private Call<?> first;

    /** Set by whoever takes this worker from the idle ones, inside the crew's guard; then unparked. */
    volatile Call<?> assigned;

    volatile boolean retired;
    Thread thread;

    // of the idle ones, inside the crew's guard
    Worker above;
    Worker below;
    boolean idle;

    /** @param first what it runs first; null: whatever is queued */
    Worker(WorkerPool pool, Crew crew, Call<?> first) {
        this.pool = pool;
        this.crew = crew;
        this.first = first;
    }

    /** The thread of a worker, which knows its pool: a call by one of the pool's own threads must not wait for another. */
    static final class PoolThread extends Thread {
        final WorkerPool pool;

        PoolThread(WorkerPool pool, Runnable worker, String name) {
            // Neither the group nor the inheritable locals of the greenlet that happened to need a thread.
            super(pool.owner() == null ? null : pool.owner().thread().getThreadGroup(), worker, name, 0, false);
            this.pool = pool;
            setDaemon(true);
            setContextClassLoader(pool.contextLoader());
        }
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        Call<?> call = first;
        first = null;
        while (call != null || (call = crew.take(this)) != null) {
            try {
                call.run();
            } catch (Throwable t) {
                pool.report(call, t); // not the call's own: what waited for it could not be told
            }
            call = null; // nothing of it is kept while this thread is idle
        }
    }

    /** Closes the hub that calls on this thread have used, if one did. */
    void closeHub() {
        Hub hub = Hub.ifExists();
        if (hub == null) {
            return;
        }
        try {
            hub.close();
        } catch (Throwable t) {
            pool.report(hub, t);
        }
        Thread.interrupted();
    }
}
