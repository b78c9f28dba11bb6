package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletInterrupted;
import dev.jevent.Hub;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pool, used by what knows executors only. */
@OnHub
class PoolExecutorTest {
    private final Pool pool = new Pool(2);
    private ExecutorService executor;

    @BeforeEach
    void makeExecutor() {
        executor = pool.asExecutor();
    }

    private Callable<Integer> after(Hub hub, int seconds) {
        return () -> {
            hub.sleep(Duration.ofSeconds(seconds));
            return seconds;
        };
    }

    @Test
    void submitNeverWaitsAndRunsWithinTheLimit(Hub hub, VirtualClock clock) throws Exception {
        List<Future<Integer>> futures = IntStream.range(0, 6).mapToObj(number -> executor.submit(after(hub, 1))).toList();
        assertThat(clock.elapsed()).isZero();
        for (Future<Integer> future : futures) {
            assertThat(future.get()).isEqualTo(1);
        }
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void theThreeFormsOfSubmit() throws Exception {
        List<String> ran = new ArrayList<>();
        assertThat(executor.submit(() -> ran.add("callable")).get()).isTrue();
        assertThat(executor.submit((Runnable) () -> ran.add("runnable")).get()).isNull();
        assertThat(executor.submit(() -> ran.add("with result"), "result").get()).isEqualTo("result");
        assertThat(ran).containsExactly("callable", "runnable", "with result");
        IOException error = new IOException("checked");
        Future<Object> failing = executor.submit(() -> {
            throw error;
        });
        assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class).hasCause(error);
    }

    @Test
    void errorsOfExecuteAreReported(Errors errors) {
        errors.expect(ArithmeticException.class);
        executor.execute(() -> {
            throw new ArithmeticException();
        });
        pool.join();
    }

    @Test
    void aFutureIsCancelledWhetherQueuedOrRunning(Hub hub) {
        List<Future<Integer>> futures = IntStream.range(0, 3).mapToObj(number -> executor.submit(after(hub, 100))).toList();
        hub.yieldNow();
        assertThat(futures.get(2).cancel(false)).isTrue(); // queued
        assertThat(futures.get(0).cancel(false)).isFalse(); // running
        assertThat(futures.get(0).cancel(true)).isTrue();
        assertThat(futures.get(1).cancel(true)).isTrue();
        pool.join();
        assertThat(futures).allMatch(Future::isCancelled);
        assertThatThrownBy(() -> futures.get(2).get()).isInstanceOf(CancellationException.class);
        assertThat(pool.freeCount()).isEqualTo(2);
    }

    @Test
    void invokeAllWaitsForAll(Hub hub, VirtualClock clock) throws Exception {
        List<Future<Integer>> futures = executor.invokeAll(List.of(after(hub, 3), after(hub, 1), () -> {
            throw new IOException("checked");
        }, after(hub, 1)));
        assertThat(futures).hasSize(4).allMatch(Future::isDone);
        assertThat(futures.get(0).get()).isEqualTo(3);
        assertThat(futures.get(2).state()).isEqualTo(Future.State.FAILED);
        assertThat(futures.get(3).get()).isEqualTo(1);
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(3));
        assertThat(executor.invokeAll(List.<Callable<Integer>>of())).isEmpty();
    }

    @Test
    void invokeAllWithALimitCancelsTheRest(Hub hub, VirtualClock clock) throws Exception {
        List<Future<Integer>> futures =
                executor.invokeAll(List.of(after(hub, 1), after(hub, 100), after(hub, 100)), 2, TimeUnit.SECONDS);
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(2));
        pool.join();
        assertThat(futures.get(0).get()).isEqualTo(1);
        assertThat(futures.subList(1, 3)).allMatch(Future::isCancelled);
    }

    @Test
    void invokeAnyGivesTheFirstSuccess(Hub hub, VirtualClock clock) throws Exception {
        assertThat(executor.invokeAny(List.of(() -> {
            throw new IOException("too quick");
        }, after(hub, 100), after(hub, 2)))).isEqualTo(2);
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(2));
        pool.join();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(2)); // the others were cancelled
        assertThatThrownBy(() -> executor.invokeAny(List.of(() -> {
            throw new IOException("one");
        }, () -> {
            throw new IOException("two");
        }))).isInstanceOf(ExecutionException.class).hasRootCauseMessage("two");
        assertThatThrownBy(() -> executor.invokeAny(List.of(after(hub, 100)), 1, TimeUnit.SECONDS))
                .isInstanceOf(TimeoutException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> executor.invokeAny(List.of()));
        pool.join();
    }

    @Test
    void anInterruptOfInvokeAllCancelsTheCalls(Hub hub) {
        Greenlet<Void> invoking = hub.spawn(() -> {
            assertThatThrownBy(() -> executor.invokeAll(List.of(after(hub, 100), after(hub, 100), after(hub, 100))))
                    .isInstanceOf(InterruptedException.class).hasCauseInstanceOf(GreenletInterrupted.class);
        });
        hub.yieldNow();
        invoking.thread().interrupt();
        invoking.join();
        assertThat(invoking.successful()).isTrue();
        pool.join();
    }

    @Test
    void shutdownLetsQueuedCallsRun(Hub hub, VirtualClock clock) throws Exception {
        List<Future<Integer>> futures = IntStream.range(0, 4).mapToObj(number -> executor.submit(after(hub, 1))).toList();
        executor.shutdown();
        assertThat(executor.isShutdown()).isTrue();
        assertThat(executor.isTerminated()).isFalse();
        assertThatThrownBy(() -> executor.submit(() -> 1)).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> executor.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThat(executor.awaitTermination(1500, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(2));
        assertThat(executor.isTerminated()).isTrue();
        assertThat(futures).allMatch(future -> future.state() == Future.State.SUCCESS);
    }

    @Test
    void awaitTerminationWaitsForTheShutdown(Hub hub) throws Exception {
        executor.submit(after(hub, 1));
        hub.spawnLater(Duration.ofSeconds(5), () -> executor.shutdown());
        assertThat(executor.awaitTermination(3, TimeUnit.SECONDS)).isFalse();
        assertThat(executor.awaitTermination(3, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shutdownNowReturnsWhatWasNotBegun(Hub hub, VirtualClock clock) throws Exception {
        List<Future<Integer>> futures = IntStream.range(0, 4).mapToObj(number -> executor.submit(after(hub, 1))).toList();
        hub.yieldNow();
        List<Runnable> left = executor.shutdownNow();
        assertThat(left).hasSize(2);
        assertThat(executor.awaitTermination(1, TimeUnit.DAYS)).isTrue();
        assertThat(clock.elapsed()).isZero();
        assertThat(futures.get(0).get()).isNull(); // killed, as by GreenletExit
        assertThat(futures.get(2).isDone()).isFalse();
        left.forEach(Runnable::run);
        assertThat(futures.get(2).get()).isEqualTo(1);
        assertThat(futures.get(3).get()).isEqualTo(1);
    }

    @Test
    void closeWaitsForAll(Hub hub, VirtualClock clock) {
        try (ExecutorService mine = new Pool(1).asExecutor()) {
            mine.submit(after(hub, 1));
            mine.submit(after(hub, 1));
        }
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void completableFuturesRunOnIt(Hub hub) throws Exception {
        Greenlet<Integer> result = hub.spawn(() -> CompletableFuture.supplyAsync(() -> 20, executor)
                .thenCombineAsync(CompletableFuture.supplyAsync(() -> 1, executor), Integer::sum, executor)
                .thenApplyAsync(sum -> sum * 2, executor)
                .get());
        assertThat(result.get()).isEqualTo(42);
    }

    @Test
    void otherThreadsMaySubmit(Hub hub) throws Exception {
        List<Thread> ranOn = new ArrayList<>();
        CompletableFuture<Future<Boolean>> submitted = new CompletableFuture<>();
        try (Hub.Hold hold = hub.hold()) {
            Thread.ofPlatform().start(() -> submitted.complete(executor.submit(() -> {
                assertThat(Hub.current()).isSameAs(hub);
                return ranOn.add(Thread.currentThread());
            })));
            Greenlet<Boolean> waiting = hub.spawn(() -> submitted.get().get());
            assertThat(waiting.get()).isTrue();
        }
        assertThat(ranOn.getFirst().isVirtual()).isTrue();
    }
}
