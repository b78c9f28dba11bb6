package dev.jevent.hub;

import dev.jevent.Durations;
import dev.jevent.Guard;
import dev.jevent.Hub;
import dev.jevent.Result;
import dev.jevent.ThreadPool;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Daemon platform threads that run calls first come first served.
 *
 * <p>A call goes to an idle thread; else to a new one, while there are fewer than {@link #maxSize()}; else into the
 * queue, while that has fewer than {@link #maxQueued()}; else its caller waits, in line with others. Whoever frees a
 * place gives it to the first in line. So idle threads mean that nothing is queued, and somebody in line means that the
 * queue is full. Calls made by the pool's own threads never wait for a place: the thread that would make one might be
 * their own.
 *
 * <p>Everything that changes stands inside the guard; threads are started, parked and unparked outside.
 */
final class WorkerPool extends Guard implements ThreadPool {
    private static final Object ACCEPTED = new Object();
    private static final Object REJECTED = new Object();

    private final Hub owner;
    private final String name;
    private final long idleNanos;
    private final int maxQueued;
    private final ThreadFactory factory;
    private final ClassLoader loader = Thread.currentThread().getContextClassLoader();
    private final AtomicInteger made = new AtomicInteger();

    // inside the guard
    private final CallQueue queue = new CallQueue();
    private final WaitQueue submitters = new WaitQueue();
    private final WaitQueue joiners = new WaitQueue();
    private Worker idle; // the one that became idle last
    private int threads; // from the decision to start one to the decision to end it
    private int surplus; // how many of them end as soon as nothing is queued
    private int maxSize;
    private int running;
    private long completed;
    private long failed;
    private boolean closed;

    /**
     * @param owner whose errors are reported there, and whose links run there if their maker has no hub; null: none
     * @param idle how long an idle thread is kept; zero: it ends at once
     */
    WorkerPool(Hub owner, String name, int maxSize, Duration idle, int maxQueued) {
        this(owner, name, maxSize, idle, maxQueued, null);
    }

    /** @param factory null but in tests */
    WorkerPool(Hub owner, String name, int maxSize, Duration idle, int maxQueued, ThreadFactory factory) {
        this.owner = owner;
        this.name = name;
        this.maxSize = atLeastZero("maxSize", maxSize);
        this.idleNanos = Durations.nanos("idle", idle);
        this.maxQueued = atLeastZero("maxQueued", maxQueued);
        this.factory = factory;
    }

    private static int atLeastZero(String parameter, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(parameter + ": " + value + " (expected: >= 0)");
        }
        return value;
    }

    String name() {
        return name;
    }

    ClassLoader contextLoader() {
        return loader;
    }

    Hub owner() {
        return owner;
    }

    // ---- calls come ----

    @Override
    public <V> Result<V> spawn(Callable<? extends V> call) {
        return submit(new Call<V>(this, call, null));
    }

    <C extends Call<?>> C submit(C call) {
        boolean accepted = false;
        call.hold(Hub.ifExists());
        try {
            if (!offer(call, false) && !(isOwnThread() && offer(call, true))) {
                awaitPlace(call);
            }
            accepted = true;
        } finally {
            if (!accepted) {
                call.release();
            }
        }
        return call;
    }

    @Override
    public <V> Result<V> trySpawn(Callable<? extends V> call) {
        Call<V> tried = new Call<>(this, call, null);
        boolean accepted = false;
        tried.hold(Hub.ifExists());
        try {
            accepted = offer(tried, false);
        } finally {
            if (!accepted) {
                tried.release();
            }
        }
        return accepted ? tried : null;
    }

    @Override
    public <V> V apply(Callable<? extends V> call) throws Exception {
        if (isOwnThread()) {
            return call.call();
        }
        return submit(new Call<V>(this, call, null)).outcome();
    }

    /** Whether the caller runs on a thread of this pool, or on the hub that such a thread has. */
    private boolean isOwnThread() {
        Thread thread = Thread.currentThread();
        if (thread.isVirtual()) {
            Hub hub = Hub.ifExists();
            thread = hub == null || hub == owner ? null : hub.thread();
        }
        return thread instanceof Worker.PoolThread own && own.pool == this;
    }

    /** Returns false if there is no place for {@code call}. */
    private boolean offer(Call<?> call, boolean beyondBound) {
        Worker idler = null;
        Call<?> first = null;
        enter();
        if (closed) {
            leave();
            throw rejection();
        }
        if (idle != null) {
            idler = takeIdle();
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

    private RejectedExecutionException rejection() {
        return new RejectedExecutionException(this + " is closed");
    }

    /** Inside the guard; to be unparked outside. */
    private void assign(Worker worker, Call<?> call) {
        running++;
        worker.assigned = call;
    }

    /** Waits until another makes room, and takes {@code call} in on the way. */
    private void awaitPlace(Call<?> call) {
        Submission submission = new Submission(Waiter.current(), call);
        while (true) {
            enter();
            boolean full = idle == null && threads >= maxSize && queue.size() >= maxQueued;
            if (full && !closed) {
                break;
            }
            leave();
            if (offer(call, false)) {
                return;
            }
        }
        submission.waiter.arm(this);
        submitters.add(submission);
        leave();
        boolean woken = false;
        try {
            Object answer = submission.waiter.await(-1);
            woken = true;
            if (answer == REJECTED) {
                throw rejection();
            }
        } finally {
            if (!woken) {
                enter();
                submitters.remove(submission);
                leave();
            }
        }
    }

    /** One who waits for a place in the queue, with the call to be put there. */
    private static final class Submission extends WaitNode {
        private final Waiter waiter;
        private final Call<?> call;

        Submission(Waiter waiter, Call<?> call) {
            this.waiter = waiter;
            this.call = call;
        }

        @Override
        protected boolean claim() {
            return waiter.tryClaim();
        }

        @Override
        public void wake(Object answer) {
            waiter.wake(answer);
        }
    }

    /** Inside the guard: puts the call of the first who waits into the queue if it has room. To be woken outside. */
    private Submission admit() {
        Submission first = queue.size() < maxQueued ? (Submission) submitters.claimFirst() : null;
        if (first != null) {
            queue.add(first.call);
        }
        return first;
    }

    private static void wake(Submission admitted) {
        if (admitted != null) {
            admitted.wake(ACCEPTED);
        }
    }

    // ---- threads ----

    /** Starts threads for calls that wait, as many as may be. */
    private void startWorkers() {
        while (true) {
            enter();
            Submission admitted = null;
            Call<?> first = null;
            if (threads < maxSize && !closed) {
                first = queue.poll();
                if (first != null) {
                    admitted = admit();
                } else if ((admitted = (Submission) submitters.claimFirst()) != null) {
                    first = admitted.call;
                }
            }
            if (first == null) {
                leave();
                return;
            }
            threads++;
            running++;
            leave();
            wake(admitted);
            startWorker(first);
        }
    }

    /** @param first counted as running already; null: whatever is queued */
    private void startWorker(Call<?> first) {
        try {
            Worker worker = new Worker(this, first);
            Thread thread = factory != null
                    ? factory.newThread(worker)
                    : new Worker.PoolThread(this, worker, name + '-' + made.incrementAndGet());
            thread.start();
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
            if (idle != null) {
                idler = takeIdle();
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
            Submission admitted = null;
            Call<?> stranded = null;
            if (threads == 0) {
                stranded = queue.poll();
                if (stranded == null && (admitted = (Submission) submitters.claimFirst()) != null) {
                    stranded = admitted.call;
                }
            }
            if (stranded == null) {
                WaitNode joined = claimJoiners();
                leave();
                WaitQueue.wakeAll(joined, this);
                return;
            }
            completed++;
            failed++;
            leave();
            stranded.fail(cause);
            wake(admitted);
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
            Call<?> call = null;
            Submission admitted = null;
            enter();
            boolean over = closed || threads > maxSize;
            if (!over) {
                call = queue.poll();
                if (call != null) {
                    admitted = admit();
                } else if ((admitted = (Submission) submitters.claimFirst()) != null) {
                    call = admitted.call;
                }
            }
            if (call != null) {
                running++;
            } else if (clean) {
                if (over || surplus > 0 || idleNanos == 0) {
                    retired();
                    leave();
                    return null;
                }
                addIdle(worker);
            }
            leave();
            wake(admitted);
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
                LockSupport.parkNanos(this, left);
                Thread.interrupted(); // nobody's: no call runs here
                continue;
            }
            enter();
            boolean stillIdle = worker.idle;
            if (stillIdle) {
                removeIdle(worker);
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

    private void addIdle(Worker worker) {
        worker.idle = true;
        worker.above = null;
        worker.below = idle;
        if (idle != null) {
            idle.above = worker;
        }
        idle = worker;
    }

    private void removeIdle(Worker worker) {
        if (worker.above == null) {
            idle = worker.below;
        } else {
            worker.above.below = worker.below;
        }
        if (worker.below != null) {
            worker.below.above = worker.above;
        }
        worker.above = null;
        worker.below = null;
        worker.idle = false;
    }

    private Worker takeIdle() {
        Worker worker = idle;
        removeIdle(worker);
        return worker;
    }

    /** Inside the guard: ends idle threads until {@code limit} are left or none is idle. To be unparked outside. */
    private Worker retireIdle(int limit) {
        Worker chain = null;
        while (threads > limit && idle != null) {
            Worker worker = takeIdle();
            retired();
            worker.retired = true;
            worker.below = chain;
            chain = worker;
        }
        return chain;
    }

    private static void unparkAll(Worker chain) {
        for (Worker worker = chain; worker != null; worker = worker.below) {
            LockSupport.unpark(worker.thread);
        }
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
        Submission admitted = admit();
        WaitNode joined = claimJoiners();
        leave();
        wake(admitted);
        WaitQueue.wakeAll(joined, this);
        return true;
    }

    @Override
    public void join() {
        awaitEnd(-1);
    }

    @Override
    public boolean join(Duration timeout) {
        return awaitEnd(Durations.nanos("timeout", timeout));
    }

    private boolean awaitEnd(long nanos) {
        if (isOwnThread()) {
            throw new IllegalStateException("join() of " + this + " on its own " + Thread.currentThread() + " would wait for itself");
        }
        if (unfinished() == 0) {
            return true;
        }
        if (nanos == 0) {
            return false;
        }
        Waiter waiter = Waiter.current();
        try (Hub.Hold _ = keepCaller()) {
            enter();
            if (running + queue.size() == 0) {
                leave();
                return true;
            }
            return await(joiners, waiter, this, nanos) != Waiter.TIMED_OUT;
        }
    }

    /** Keeps the caller's hub, if it has one, from LoopExit while it waits for what may be another hub's calls. */
    static Hub.Hold keepCaller() {
        Hub hub = Hub.ifExists();
        return hub == null ? () -> {} : hub.hold();
    }

    @Override
    public void close() {
        enter();
        closed = true;
        Worker chain = retireIdle(0);
        leave();
        unparkAll(chain);
        RejectedExecutionException reason = null;
        while (true) {
            enter();
            Call<?> call = queue.poll();
            Submission refused = call == null ? (Submission) submitters.claimFirst() : null;
            WaitNode joined = claimJoiners();
            leave();
            if (call != null) {
                if (reason == null) {
                    reason = new RejectedExecutionException(this + " was closed before the call began");
                }
                call.fail(reason);
            } else if (refused != null) {
                refused.wake(REJECTED);
            }
            WaitQueue.wakeAll(joined, this);
            if (call == null && refused == null) {
                return;
            }
        }
    }

    // ---- sizes ----

    /** Without those that have nothing to do and are about to end. */
    @Override
    public int size() {
        enter();
        int doomed = Math.max(closed ? threads : surplus, threads - maxSize);
        int size = threads - Math.min(Math.max(doomed, 0), threads - running);
        leave();
        return size;
    }

    @Override
    public void size(int wanted) {
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
        unparkAll(chain);
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

    @Override
    public int maxSize() {
        enter();
        int limit = maxSize;
        leave();
        return limit;
    }

    @Override
    public void maxSize(int limit) {
        atLeastZero("maxSize", limit);
        enter();
        maxSize = limit;
        Worker chain = retireIdle(limit);
        leave();
        unparkAll(chain);
        startWorkers();
    }

    @Override
    public int maxQueued() {
        return maxQueued;
    }

    @Override
    public int unfinished() {
        enter();
        int calls = running + queue.size();
        leave();
        return calls;
    }

    @Override
    public ExecutorService asExecutor() {
        return new PoolExecutor(this);
    }

    @Override
    public Statistics statistics() {
        int alive = size();
        enter();
        Statistics snapshot = new Statistics(alive, maxSize, running, queue.size(), completed, failed);
        leave();
        return snapshot;
    }

    /** Says that something failed which no result holds. */
    void report(Object context, Throwable error) {
        if (owner != null) {
            owner.handleError(context, error);
        } else {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
        }
    }

    @Override
    public String toString() {
        Statistics now = statistics();
        return "<thread pool \"" + name + "\": " + now.threads() + " of " + now.maxThreads() + " threads, "
                + now.running() + " calls running, " + now.queued() + " queued>";
    }
}
