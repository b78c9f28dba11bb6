package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.Result;
import dev.jevent.Waitable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PoolExecutorTest {
    private final Semaphore gate = new Semaphore(0);
    private Hub hub;
    private WorkerPool pool;
    private ExecutorService executor;

    @BeforeEach
    void open() {
        hub = Hub.current();
        pool = new WorkerPool(hub, "test", 2, Duration.ofHours(1), 100);
        executor = pool.asExecutor();
    }

    @AfterEach
    void close() {
        gate.release(1_000_000);
        pool.close();
        hub.close();
    }

    private Callable<String> blocking() {
        return () -> {
            gate.acquire();
            return "through";
        };
    }

    /** Two calls that keep both threads busy. */
    private List<Future<String>> occupy() throws InterruptedException {
        CountDownLatch began = new CountDownLatch(2);
        List<Future<String>> calls = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            calls.add(executor.submit(() -> {
                began.countDown();
                gate.acquire();
                return "through";
            }));
        }
        began.await();
        return calls;
    }

    @Test
    @DisplayName("F-TP-14: futures can be waited for like everything else, and let others run meanwhile")
    void futuresAreCooperative() throws Exception {
        Future<String> future = executor.submit(blocking());
        Greenlet<?> other = hub.spawn(() -> gate.release());
        assertThat(future.get()).isEqualTo("through");
        assertThat(other.dead()).isTrue();
        assertThat(future).isInstanceOf(Result.class);
        assertThat(hub.waitAll(List.of((Waitable) future))).hasSize(1);
        assertThat(future.resultNow()).isEqualTo("through");
    }

    @Test
    void runnablesAndCallablesAreRun() throws Exception {
        List<String> ran = new ArrayList<>();
        assertThat(executor.submit(() -> ran.add("plain"), 5).get()).isEqualTo(5);
        assertThat((Object) executor.submit((Runnable) () -> ran.add("none")).get()).isNull();
        CompletableFuture<String> future = CompletableFuture.supplyAsync(() -> Thread.currentThread().getName(), executor);
        hub.spawn(() -> assertThat(future.get()).startsWith("test-")).get();
        assertThat(ran).containsExactly("plain", "none");
        assertThatThrownBy(() -> executor.execute(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> executor.submit((Callable<?>) null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void theErrorOfACommandIsReportedBecauseNobodyHoldsIt() throws Exception {
        List<Throwable> reported = new ArrayList<>();
        hub.errorHandler((context, error) -> reported.add(error));
        executor.execute(() -> {
            throw new IllegalStateException("nobody looks");
        });
        pool.join();
        Eventually.untilOnHub("reported", () -> !reported.isEmpty());
        assertThat(reported).singleElement().extracting(Throwable::getMessage).isEqualTo("nobody looks");
    }

    @Test
    void invokeAllWaitsForAllAndKeepsTheOrder() throws Exception {
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            tasks.add(() -> number);
        }
        List<Integer> values = new ArrayList<>();
        for (Future<Integer> future : executor.invokeAll(tasks)) {
            values.add(future.resultNow());
        }
        assertThat(values).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void invokeAllCancelsWhatIsLateWhenItsTimeIsOver() throws Exception {
        List<Future<String>> futures = executor.invokeAll(List.of(() -> "quick", blocking()), 300, TimeUnit.MILLISECONDS);
        assertThat(futures.get(0).resultNow()).isEqualTo("quick");
        assertThat(futures.get(1).isCancelled()).isTrue();
        pool.join(); // it was interrupted
    }

    @Test
    void invokeAnyReturnsTheFirstSuccessAndCancelsTheRest() throws Exception {
        Callable<String> failing = () -> {
            throw new IOException("no");
        };
        assertThat(executor.invokeAny(List.of(failing, blocking(), () -> "yes"))).isEqualTo("yes");
        pool.join();
        assertThat(hub.statistics().holds()).isZero();
    }

    @Test
    void invokeAnyThrowsWhenNoneSucceedsOrNoneInTime() {
        Callable<String> failing = () -> {
            throw new IOException("no");
        };
        assertThatThrownBy(() -> executor.invokeAny(List.of(failing, failing)))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> executor.invokeAny(List.of(blocking()), 1, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("none of 1 calls succeeded within 0.001s");
        assertThatThrownBy(() -> executor.invokeAny(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void invokeAnyDoesNotHangWhenThePoolIsClosed() throws Exception {
        occupy();
        Greenlet<?> any = hub.spawn(() -> executor.invokeAny(List.of(() -> "never")));
        hub.errorStream(null);
        Jevent.yieldNow();
        pool.close();
        any.join();
        assertThat(any.exception()).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(RejectedExecutionException.class);
    }

    @Test
    @DisplayName("F-TP-14: nothing can be submitted after shutdown; what was submitted is done")
    void shutdownLetsSubmittedTasksRun() throws Exception {
        List<Future<String>> running = occupy();
        Future<String> queued = executor.submit(() -> "queued");
        executor.shutdown();
        assertThatThrownBy(() -> executor.submit(() -> "late"))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("was shut down");
        assertThat(executor.isShutdown()).isTrue();
        assertThat(executor.isTerminated()).isFalse();
        assertThat(executor.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();
        gate.release(2);
        assertThat(executor.awaitTermination(1, TimeUnit.DAYS)).isTrue();
        assertThat(executor.isTerminated()).isTrue();
        assertThat(running).allMatch(Future::isDone);
        assertThat(queued.resultNow()).isEqualTo("queued");
        assertThat(pool.<String>apply(() -> "the pool goes on")).isNotNull();
    }

    @Test
    void shutdownNowReturnsWhatNeverBeganAndInterruptsTheRest() throws Exception {
        List<Future<String>> running = occupy();
        Runnable command = () -> {};
        executor.execute(command);
        Future<?> queued = executor.submit(command);
        Future<String> callable = executor.submit(() -> "never");
        List<Runnable> neverBegan = executor.shutdownNow();
        assertThat(neverBegan).hasSize(3).startsWith(command, command);
        assertThat(queued.isCancelled()).isTrue();
        assertThat(callable.isCancelled()).isTrue();
        assertThat(running).allMatch(Future::isCancelled);
        assertThat(executor.awaitTermination(1, TimeUnit.DAYS)).isTrue();
    }

    @Test
    void closeWaitsForTheTasks() throws Exception {
        List<Future<String>> running = occupy();
        hub.spawn(() -> gate.release(2));
        executor.close();
        assertThat(running).allMatch(Future::isDone);
        assertThat(executor.isTerminated()).isTrue();
    }

    @Test
    void twoViewsEndByThemselves() throws Exception {
        ExecutorService second = pool.asExecutor();
        executor.shutdown();
        assertThat(executor.isTerminated()).isTrue();
        assertThat(executor.awaitTermination(0, TimeUnit.SECONDS)).isTrue();
        assertThat(second.submit(() -> 1).get()).isEqualTo(1);
    }
}
