package dev.jevent.hub;

import dev.jevent.Durations;
import dev.jevent.GreenletInterrupted;
import dev.jevent.Guard;
import dev.jevent.Hub;
import dev.jevent.Linkable;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A {@link WorkerPool} as an {@link ExecutorService}. Its life is its own: several views may share a pool.
 *
 * <pre>
 *   OPEN ── shutdown() ──▶ SHUT DOWN ── its last call has left the pool ──▶ TERMINATED
 * </pre>
 */
final class PoolExecutor extends Guard implements ExecutorService, Call.Observer {
    private final WorkerPool pool;

    // inside the guard
    private final WaitQueue terminationWaiters = new WaitQueue();
    private Call<?> newest; // of the calls that were made here and haven't left the pool
    private int active;
    private boolean shutdown;

    PoolExecutor(WorkerPool pool) {
        this.pool = pool;
    }

    private <V> Call<V> start(Callable<? extends V> body, Call.Observer observer) {
        Call<V> call = new Call<>(pool, body, observer);
        enter();
        if (shutdown) {
            leave();
            throw new RejectedExecutionException(this + " was shut down");
        }
        active++;
        call.previousOfView = newest;
        if (newest != null) {
            newest.nextOfView = call;
        }
        newest = call;
        leave();
        boolean accepted = false;
        try {
            pool.submit(call);
            accepted = true;
        } finally {
            if (!accepted) {
                left(call);
            }
        }
        return call;
    }

    @Override
    public void left(Call<?> call) {
        enter();
        active--;
        if (call.previousOfView != null) {
            call.previousOfView.nextOfView = call.nextOfView;
        }
        if (call.nextOfView != null) {
            call.nextOfView.previousOfView = call.previousOfView;
        } else {
            newest = call.previousOfView;
        }
        call.previousOfView = null;
        call.nextOfView = null;
        WaitNode waiting = shutdown && active == 0 ? terminationWaiters.claimAll() : null;
        leave();
        WaitQueue.wakeAll(waiting, this);
    }

    // ---- tasks ----

    /** A runnable as a call, and back for {@link #shutdownNow()}. */
    private record RunnableCall<V>(Runnable task, V result) implements Callable<V> {
        RunnableCall {
            Objects.requireNonNull(task, "task");
        }

        @Override
        public V call() {
            task.run();
            return result;
        }
    }

    /** What nobody holds the outcome of: its error is reported. */
    private record Command(WorkerPool pool, Runnable task) implements Callable<Void> {
        Command {
            Objects.requireNonNull(task, "command");
        }

        @Override
        public Void call() {
            try {
                task.run();
            } catch (Throwable t) {
                pool.report(task, t);
                throw t;
            }
            return null;
        }
    }

    @Override
    public void execute(Runnable command) {
        start(new Command(pool, command), this);
    }

    @Override
    public <T> Future<T> submit(Callable<T> task) {
        return start(task, this);
    }

    @Override
    public <T> Future<T> submit(Runnable task, T result) {
        return start(new RunnableCall<>(task, result), this);
    }

    @Override
    public Future<?> submit(Runnable task) {
        return start(new RunnableCall<>(task, null), this);
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) throws InterruptedException {
        return invokeAll(tasks, -1);
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException {
        return invokeAll(tasks, unit.toNanos(Math.max(timeout, 0)));
    }

    private <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long nanos) throws InterruptedException {
        Waiter clock = Waiter.current();
        long since = clock.nanoTime();
        List<Future<T>> futures = new ArrayList<>(tasks.size());
        List<Call<T>> calls = new ArrayList<>(tasks.size());
        boolean complete = false;
        try {
            for (Callable<T> task : tasks) {
                Call<T> call = start(task, this);
                calls.add(call);
                futures.add(call);
            }
            complete = true;
            for (Call<T> call : calls) {
                if (nanos < 0) {
                    call.join();
                } else {
                    complete &= call.join(Duration.ofNanos(Math.max(0, nanos - (clock.nanoTime() - since))));
                }
            }
        } catch (GreenletInterrupted e) {
            complete = false;
            throw e.asInterruptedException();
        } catch (Throwable t) {
            complete = false;
            throw t;
        } finally {
            if (!complete) {
                cancelAll(calls);
            }
        }
        return futures;
    }

    private static void cancelAll(List<? extends Call<?>> calls) {
        for (Call<?> call : calls) {
            call.cancel(true);
        }
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks) throws InterruptedException, ExecutionException {
        try {
            return invokeAny(tasks, -1);
        } catch (TimeoutException e) {
            throw new AssertionError(e); // there was no limit
        }
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return invokeAny(tasks, unit.toNanos(Math.max(timeout, 0)));
    }

    private <T> T invokeAny(Collection<? extends Callable<T>> tasks, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("tasks: [] (expected: at least one)");
        }
        FirstSuccess first = new FirstSuccess(tasks.size());
        List<Call<T>> calls = new ArrayList<>(tasks.size());
        try {
            for (Callable<T> task : tasks) {
                calls.add(start(task, first));
            }
            if (!first.await(nanos)) {
                throw new TimeoutException("none of " + calls.size() + " calls succeeded within "
                        + Durations.text(Duration.ofNanos(nanos)));
            }
            if (first.call == null) {
                throw new ExecutionException(calls.getLast().exception());
            }
            @SuppressWarnings("unchecked") // one of calls
            Call<T> call = (Call<T>) first.call;
            return call.value();
        } catch (GreenletInterrupted e) {
            throw e.asInterruptedException();
        } finally {
            cancelAll(calls);
        }
    }

    /** Ready when one of several calls has succeeded, or none can any more. */
    private final class FirstSuccess extends Linkable<FirstSuccess> implements Call.Observer {
        private int left;
        private volatile Call<?> call;
        private volatile boolean over;

        FirstSuccess(int calls) {
            left = calls;
        }

        boolean await(long nanos) {
            try (Hub.Hold _ = WorkerPool.keepCaller()) {
                return awaitReady(nanos);
            }
        }

        @Override
        protected boolean isReady() {
            return over;
        }

        @Override
        public void left(Call<?> ended) {
            PoolExecutor.this.left(ended);
            boolean success = ended.successful();
            enter();
            left--;
            if (success && call == null) {
                call = ended;
            }
            over |= success || left == 0;
            WaitNode waiting = over ? claimWaiters() : null;
            leave();
            WaitQueue.wakeAll(waiting, this);
        }

        @Override
        public String toString() {
            return "the first success of calls on " + pool;
        }
    }

    // ---- its end ----

    @Override
    public void shutdown() {
        enter();
        shutdown = true;
        WaitNode waiting = active == 0 ? terminationWaiters.claimAll() : null;
        leave();
        WaitQueue.wakeAll(waiting, this);
    }

    /** Also cancels those that it returns, so that nobody waits for them in vain. */
    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        List<Call<?>> calls = new ArrayList<>();
        enter();
        try {
            for (Call<?> call = newest; call != null; call = call.previousOfView) {
                calls.addFirst(call);
            }
        } finally {
            leave();
        }
        List<Runnable> neverBegan = new ArrayList<>();
        List<Call<?>> running = new ArrayList<>();
        for (Call<?> call : calls) {
            Callable<?> body = call.cancelQueued();
            if (body == null) {
                running.add(call);
            } else {
                neverBegan.add(asRunnable(body));
            }
        }
        cancelAll(running); // afterwards: a thread that becomes free takes what is queued
        return neverBegan;
    }

    private static Runnable asRunnable(Callable<?> body) {
        return switch (body) {
            case Command command -> command.task();
            case RunnableCall<?> call -> call.task();
            default -> new java.util.concurrent.FutureTask<>(body);
        };
    }

    @Override
    public boolean isShutdown() {
        enter();
        boolean answer = shutdown;
        leave();
        return answer;
    }

    @Override
    public boolean isTerminated() {
        enter();
        boolean answer = shutdown && active == 0;
        leave();
        return answer;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        long nanos = unit.toNanos(Math.max(timeout, 0));
        if (isTerminated() || nanos == 0) {
            return isTerminated();
        }
        Waiter waiter = Waiter.current();
        try (Hub.Hold _ = WorkerPool.keepCaller()) {
            enter();
            if (shutdown && active == 0) {
                leave();
                return true;
            }
            return await(terminationWaiters, waiter, this, nanos) != Waiter.TIMED_OUT;
        } catch (GreenletInterrupted e) {
            throw e.asInterruptedException();
        }
    }

    @Override
    public String toString() {
        return "<executor of " + pool + ">";
    }
}
