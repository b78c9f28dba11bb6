package dev.jevent.sync;

import dev.jevent.Greenlet;
import dev.jevent.GreenletInterrupted;
import dev.jevent.Hub;
import dev.jevent.HubDestroyed;
import dev.jevent.Waiter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** A {@link Pool} as an executor whose calls run on one hub. */
final class PoolExecutor implements ExecutorService {
    private final Pool pool;
    private final Hub hub;

    PoolExecutor(Pool pool, Hub hub) {
        this.pool = pool;
        this.hub = hub;
    }

    @Override
    public void execute(Runnable command) {
        Callable<Object> task = Executors.callable(command);
        enqueue(() -> new Greenlet<>(hub, task));
    }

    @Override
    public Future<?> submit(Runnable task) {
        return submit(task, null);
    }

    @Override
    public <T> Future<T> submit(Runnable task, T result) {
        return submit(Executors.callable(task, result));
    }

    /** Its error goes to the future alone, as everywhere with executors. */
    @Override
    public <T> Greenlet<T> submit(Callable<T> task) {
        Objects.requireNonNull(task, "task");
        return enqueue(() -> new Call<>(hub, task));
    }

    private <T> Greenlet<T> enqueue(Supplier<Greenlet<T>> maker) {
        Greenlet<T> greenlet;
        try {
            greenlet = maker.get();
        } catch (HubDestroyed e) {
            throw new RejectedExecutionException(e.getMessage(), e);
        }
        pool.enqueue(greenlet);
        return greenlet;
    }

    // ---- many at once ----

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) throws InterruptedException {
        return invokeAll(tasks, -1);
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException {
        return invokeAll(tasks, Math.max(0, unit.toNanos(timeout)));
    }

    private <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long nanos) throws InterruptedException {
        Results<T> results = new Results<>(pool, false, Integer.MAX_VALUE);
        List<Greenlet<T>> calls = submitAll(tasks, results);
        Waiter clock = Waiter.current();
        long start = clock.nanoTime();
        try {
            while (results.awaitNext(left(clock, start, nanos))) {
                results.drop();
            }
        } catch (GreenletInterrupted e) {
            throw e.asInterruptedException();
        } finally {
            cancel(calls);
        }
        return List.copyOf(calls);
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks) throws InterruptedException, ExecutionException {
        try {
            return invokeAny(tasks, -1);
        } catch (TimeoutException e) {
            throw new AssertionError("a wait without limit ended", e);
        }
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return invokeAny(tasks, Math.max(0, unit.toNanos(timeout)));
    }

    private <T> T invokeAny(Collection<? extends Callable<T>> tasks, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("tasks: none (expected: at least one)");
        }
        Results<T> results = new Results<>(pool, false, Integer.MAX_VALUE);
        List<Greenlet<T>> calls = submitAll(tasks, results);
        Waiter clock = Waiter.current();
        long start = clock.nanoTime();
        Throwable failure = null;
        try {
            for (int left = calls.size(); left > 0; left--) {
                if (!results.awaitNext(left(clock, start, nanos))) {
                    throw new TimeoutException("none of " + calls.size() + " tasks has succeeded in time");
                }
                try {
                    return results.<Exception>take();
                } catch (Throwable e) { // of the task: take() doesn't wait
                    failure = e;
                }
            }
            throw new ExecutionException(failure);
        } catch (GreenletInterrupted e) {
            throw e.asInterruptedException();
        } finally {
            cancel(calls);
        }
    }

    private <T> List<Greenlet<T>> submitAll(Collection<? extends Callable<T>> tasks, Results<T> results) {
        List<Greenlet<T>> calls = new ArrayList<>(tasks.size());
        try {
            for (Callable<T> task : tasks) {
                Greenlet<T> call = submit(task);
                calls.add(call);
                results.expect(call);
            }
        } catch (Throwable e) {
            cancel(calls);
            throw e;
        }
        results.fed(null);
        return calls;
    }

    private static void cancel(List<? extends Greenlet<?>> calls) {
        calls.forEach(call -> call.cancel(true)); // nothing for those that have ended
    }

    private static long left(Waiter clock, long start, long nanos) {
        return nanos < 0 ? nanos : Math.max(0, nanos - (clock.nanoTime() - start));
    }

    // ---- the end ----

    @Override
    public void shutdown() {
        pool.shutdown();
    }

    /** @return what was not begun: each, when run, starts its call in a greenlet outside of the pool */
    @Override
    public List<Runnable> shutdownNow() {
        pool.shutdown();
        List<Runnable> queued = new ArrayList<>();
        for (Greenlet<?> greenlet : pool.removeQueued()) {
            queued.add(greenlet::start);
        }
        pool.killLater();
        return queued;
    }

    @Override
    public boolean isShutdown() {
        return pool.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return pool.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            return pool.awaitTerminated(Math.max(0, unit.toNanos(timeout)));
        } catch (GreenletInterrupted e) {
            throw e.asInterruptedException();
        }
    }

    /** An interrupt kills what still runs, and is set again when that has ended. */
    @Override
    public void close() {
        try {
            pool.close();
        } catch (GreenletInterrupted e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "executor of " + pool + " on " + hub;
    }
}
