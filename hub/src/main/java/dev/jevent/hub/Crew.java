package dev.jevent.hub;

import dev.jevent.Guard;
import dev.jevent.Hub;
import dev.jevent.ThreadPool;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;

/**
 * Who of a {@link WorkerPool} runs which call, and when.
 *
 * <p>A call goes to an idle thread; else to a new one, while there are fewer than {@code maxSize}; else into the queue,
 * while that has fewer than {@code maxQueued}; else its caller waits, in line with others. Whoever frees a place gives it
 * to the first in line. So idle threads mean that nothing is queued, and somebody in line means that the queue is full.
 *
 * <p>Everything that changes stands inside the guard; threads are started, parked and unparked outside.
 */
final class Crew extends Guard {
    private final WorkerPool pool;
    private final int maxQueued;
    private final long idleNanos;

    // inside the guard
    private final CallQueue queue = new CallQueue();
    private final IdleWorkers idle = new IdleWorkers();
    private final WaitQueue submitters = new WaitQueue();
    private final WaitQueue joiners = new WaitQueue();
    private int threads; // from the decision to start one to the decision to end it
    private int surplus; // how many of them end as soon as nothing is queued
    private int maxSize;
    private int running;
    private long completed;
    private long failed;
    private boolean closed;

    /** @param idleNanos how long an idle thread is kept; 0: it ends at once */
    Crew(WorkerPool pool, int maxSize, int maxQueued, long idleNanos) {
        this.pool = pool;
        this.maxSize = WorkerPool.atLeastZero("maxSize", maxSize);
        this.maxQueued = WorkerPool.atLeastZero("maxQueued", maxQueued);
        this.idleNanos = idleNanos;
    }

    // ---- calls come ----

    /** Returns false if there is no place for {@code call}. */
    boolean offer(Call<?> call, boolean beyondBound) {
        Worker idler = null;
        Call<?> first = null;
        enter();
        if (closed) {
            leave();
            throw pool.rejection();
        }
        if (!idle.isEmpty()) {
            idler = idle.take();
            assign(idler, call);
        } else if (threads < maxSize) {
            threads++;
            running++;
            first = call;
            if (queue.size() > 0) {
                first = queue.poll();
                queue.add(call);
            }
        } else if (beyondBound || queue.size() < maxQueued) {
            queue.add(call);
        } else {
            leave();
            return false;
        }
        leave();
        if (idler != null) {
            LockSupport.unpark(idler.thread);
        } else if (first != null) {
            startWorker(first);
        }
        return true;
    }

    /** Inside the guard; the thread is to be unparked outside. */
    private void assign(Worker worker, Call<?> call) {
        running++;
        worker.assigned = call;
    }

    /** Waits until another makes room, and takes {@code call} in on the way. */
    void awaitPlace(Call<?> call) {
        Submission submission = new Submission(Waiter.current(), call);
        while (true) {
            enter();
            boolean full = idle.isEmpty() && threads >= maxSize && queue.size() >= maxQueued;
            if (full && !closed) {
                break;
            }
            leave();
            if (offer(call, false)) {
                return;
            }
        }
        submission.waiter.arm(pool);
        submitters.add(submission);
        leave();
        boolean woken = false;
        try {
            Object answer = submission.waiter.await(-1);
            woken = true;
            if (answer == Submission.REJECTED) {
                throw pool.rejection();
            }
        } finally {
            if (!woken) {
                enter();
                submitters.remove(submission);
                leave();
            }
        }
    }

    /**
     * Inside the guard: puts the call of the first in line into the queue, if there is room; to be told outside.
     *
     * @param leaving calls that will leave the queue before the guard is left
     */
    private Submission admit(int leaving) {
        Submission first = queue.size() - leaving < maxQueued ? (Submission) submitters.claimFirst() : null;
        if (first != null) {
            queue.add(first.call);
        }
        return first;
    }

    // ---- threads ----

    /** Starts threads for calls that wait, as many as may be. */
    private void startWorkers() {
        while (true) {
            enter();
            boolean allowed = threads < maxSize && !closed;
            Submission admitted = allowed ? admit(1) : null;
            Call<?> first = allowed ? queue.poll() : null;
            if (first == null) {
                leave();
                return;
            }
            threads++;
            running++;
            leave();
            Submission.accepted(admitted);
            startWorker(first);
        }
    }

    /** @param first counted as running already; null: whatever is queued */
    private void startWorker(Call<?> first) {
        try {
            pool.newThread(new Worker(pool, this, first)).start();
        } catch (Throwable t) { // OutOfMemoryError where the system has no thread left
            startFailed(first, t);
        }
    }

    /** Gives {@code first} to another thread; if there is none, nothing that waits can ever run, so all of it fails. */
    private void startFailed(Call<?> first, Throwable cause) {
        Worker idler = null;
        enter();
        retired();
        if (first != null) {
            running--;
            if (!idle.isEmpty()) {
                idler = idle.take();
                assign(idler, first);
            } else {
                queue.addFirst(first);
            }
        }
        leave();
        if (idler != null) {
            LockSupport.unpark(idler.thread);
        }
        failStranded(cause);
        if (first == null) {
            throw Call.sneaky(cause);
        }
    }

    private void failStranded(Throwable cause) {
        while (true) {
            enter();
            Submission admitted = threads == 0 ? admit(1) : null;
            Call<?> stranded = threads == 0 ? queue.poll() : null;
            if (stranded == null) {
                WaitNode joined = claimJoiners();
                leave();
                WaitQueue.wakeAll(joined, pool);
                return;
            }
            completed++;
            failed++;
            leave();
            stranded.fail(cause);
            Submission.accepted(admitted);
        }
    }

    /**
     * The next call for {@code worker}, which waits for it here; null: it shall end.
     *
     * <p>A thread that finds nothing to do first closes its hub, without holding up anybody: it isn't idle yet.
     */
    Call<?> take(Worker worker) {
        boolean clean = false;
        while (true) {
            enter();
            boolean over = closed || threads > maxSize;
            Submission admitted = over ? null : admit(1);
            Call<?> call = over ? null : queue.poll();
            if (call != null) {
                running++;
            } else if (clean) {
                if (over || surplus > 0 || idleNanos == 0) {
                    retired();
                    leave();
                    return null;
                }
                idle.add(worker);
            }
            leave();
            Submission.accepted(admitted);
            if (call != null) {
                return call;
            }
            if (clean) {
                return awaitAssignment(worker);
            }
            worker.closeHub();
            clean = true;
        }
    }

    private Call<?> awaitAssignment(Worker worker) {
        long since = System.nanoTime();
        while (true) {
            Call<?> call = worker.assigned;
            if (call != null) {
                worker.assigned = null;
                return call;
            }
            if (worker.retired) {
                return null;
            }
            long left = idleNanos - (System.nanoTime() - since);
            if (left > 0) {
                LockSupport.parkNanos(pool, left);
                Thread.interrupted(); // nobody's: no call runs here
                continue;
            }
            enter();
            boolean stillIdle = worker.idle;
            if (stillIdle) {
                idle.remove(worker);
                retired();
            }
            leave();
            if (stillIdle) {
                return null;
            }
        }
    }

    /** Inside the guard: one thread less. */
    private void retired() {
        threads--;
        if (surplus > 0) {
            surplus--;
        }
    }

    /** Inside the guard: ends idle threads until {@code limit} are left or none is idle. To be unparked outside. */
    private Worker retireIdle(int limit) {
        Worker chain = null;
        while (threads > limit && !idle.isEmpty()) {
            Worker worker = idle.take();
            retired();
            worker.retired = true;
            worker.below = chain;
            chain = worker;
        }
        return chain;
    }

    // ---- calls leave ----

    /**
     * A thread is through with a call.
     *
     * @param ran false: it was cancelled before
     * @return those who joined, if it was the last; to be woken
     */
    WaitNode ended(boolean ran, boolean threw) {
        enter();
        running--;
        if (ran) {
            completed++;
        }
        if (threw) {
            failed++;
        }
        WaitNode joined = claimJoiners();
        leave();
        return joined;
    }

    private WaitNode claimJoiners() {
        return running + queue.size() == 0 ? joiners.claimAll() : null;
    }

    /** Takes {@code call} out of the queue. Returns whether it was there. */
    boolean withdraw(Call<?> call) {
        enter();
        if (!queue.remove(call)) {
            leave();
            return false;
        }
        Submission admitted = admit(0);
        WaitNode joined = claimJoiners();
        leave();
        Submission.accepted(admitted);
        WaitQueue.wakeAll(joined, pool);
        return true;
    }

    boolean awaitEnd(long nanos) {
        if (unfinished() == 0) {
            return true;
        }
        if (nanos == 0) {
            return false;
        }
        Waiter waiter = Waiter.current();
        try (Hub.Hold _ = WorkerPool.keepCaller()) {
            enter();
            if (running + queue.size() == 0) {
                leave();
                return true;
            }
            return await(joiners, waiter, pool, nanos) != Waiter.TIMED_OUT;
        }
    }

    void close() {
        enter();
        closed = true;
        Worker chain = retireIdle(0);
        leave();
        IdleWorkers.unparkAll(chain);
        RejectedExecutionException reason = null;
        while (true) {
            enter();
            Call<?> call = queue.poll();
            Submission refused = call == null ? (Submission) submitters.claimFirst() : null;
            WaitNode joined = claimJoiners();
            leave();
            if (call != null) {
                if (reason == null) {
                    reason = new RejectedExecutionException(pool + " was closed before the call began");
                }
                call.fail(reason);
            } else if (refused != null) {
                refused.wake(Submission.REJECTED);
            }
            WaitQueue.wakeAll(joined, pool);
            if (call == null && refused == null) {
                return;
            }
        }
    }

    // ---- sizes ----

    /** Without those that have nothing to do and are about to end. */
    int size() {
        enter();
        int doomed = Math.max(closed ? threads : surplus, threads - maxSize);
        int size = threads - Math.min(Math.max(doomed, 0), threads - running);
        leave();
        return size;
    }

    void size(int wanted) {
        enter();
        int limit = maxSize;
        if (wanted < 0 || wanted > limit) {
            leave();
            throw new IllegalArgumentException("size: " + wanted + " (expected: 0 to maxSize=" + limit + ")");
        }
        Worker chain = retireIdle(wanted);
        surplus = Math.max(0, threads - wanted);
        int missing = closed ? 0 : Math.max(0, wanted - threads);
        threads += missing;
        leave();
        IdleWorkers.unparkAll(chain);
        for (; missing > 0; missing--) {
            try {
                startWorker(null);
            } catch (Throwable t) {
                enter();
                threads -= missing - 1; // those not even tried
                leave();
                throw t;
            }
        }
    }

    int maxSize() {
        enter();
        int limit = maxSize;
        leave();
        return limit;
    }

    void maxSize(int limit) {
        WorkerPool.atLeastZero("maxSize", limit);
        enter();
        maxSize = limit;
        Worker chain = retireIdle(limit);
        leave();
        IdleWorkers.unparkAll(chain);
        startWorkers();
    }

    int unfinished() {
        enter();
        int calls = running + queue.size();
        leave();
        return calls;
    }

    ThreadPool.Statistics statistics() {
        int alive = size();
        enter();
        int most = maxSize;
        int now = running;
        int waiting = queue.size();
        long ended = completed;
        long threw = failed;
        leave();
        return new ThreadPool.Statistics(alive, most, now, waiting, ended, threw);
    }
}
