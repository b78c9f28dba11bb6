package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.jevent.BlockingSwitchOutException;
import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.HubDestroyed;
import dev.jevent.Jevent;
import dev.jevent.Linkable;
import dev.jevent.LoopExit;
import dev.jevent.Result;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {
    private static final Duration FOR_EVER = Duration.ofHours(1);

    private final List<WorkerPool> pools = new ArrayList<>();
    private final Semaphore gate = new Semaphore(0); // what calls of these tests block on
    private Hub hub;

    @BeforeEach
    void openHub() {
        hub = Hub.current();
    }

    @AfterEach
    void closeHub() {
        gate.release(1_000_000);
        pools.forEach(WorkerPool::close);
        hub.close();
        Eventually.until("all threads ended", () -> pools.stream().allMatch(pool -> pool.size() == 0));
    }

    private WorkerPool pool(int maxSize, int maxQueued) {
        return pool(maxSize, maxQueued, null);
    }

    private WorkerPool pool(int maxSize, int maxQueued, ThreadFactory factory) {
        WorkerPool pool = new WorkerPool(hub, "test", maxSize, FOR_EVER, maxQueued, factory);
        pools.add(pool);
        return pool;
    }

    /** A call that says when it began, and ends when the gate lets it. */
    private Result<String> blocking(WorkerPool pool, CountDownLatch began) {
        return pool.spawn(() -> {
            began.countDown();
            gate.acquire();
            return "through";
        });
    }

    private void occupy(WorkerPool pool, int threads) throws InterruptedException {
        CountDownLatch began = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            blocking(pool, began);
        }
        began.await();
    }

    // ---- calls and outcomes ----

    @Test
    @DisplayName("B-THP-01: apply returns the value")
    void applyReturnsWhatTheCallReturns() throws Exception {
        assertThat(pool(1, 1).<String>apply(() -> Thread.currentThread().getName())).isEqualTo("test-1");
    }

    @Test
    @DisplayName("B-THP-01: apply throws the very exception of the call")
    void applyThrowsTheOriginalException() {
        IOException thrown = new IOException("disk");
        assertThat(catchThrowable(() -> pool(1, 1).apply(() -> {
            throw thrown;
        }))).isSameAs(thrown);
    }

    @Test
    void whileACallBlocksOtherGreenletsRun() throws Exception {
        WorkerPool pool = pool(1, 1);
        List<String> order = new ArrayList<>();
        Greenlet<?> caller = hub.spawn(() -> {
            pool.apply(() -> {
                gate.acquire();
                return null;
            });
            order.add("call");
        });
        Greenlet<?> other = hub.spawn(() -> {
            order.add("other");
            gate.release();
        });
        hub.joinAll(List.of(caller, other));
        assertThat(order).containsExactly("other", "call");
    }

    @Test
    void aResultTellsHowTheCallEnded() throws Exception {
        WorkerPool pool = pool(2, 2);
        Result<Integer> good = pool.spawn(() -> 7);
        Result<Integer> bad = pool.spawn(() -> {
            throw new IOException("disk");
        });
        assertThat(hub.waitAll(List.of(good, bad))).containsExactlyInAnyOrder(good, bad);
        assertThat(good.get()).isEqualTo(7);
        assertThat(good.value()).isEqualTo(7);
        assertThat(good.successful()).isTrue();
        assertThat(good.exception()).isNull();
        assertThat(bad.successful()).isFalse();
        assertThat(bad.value()).isNull();
        assertThat(bad.exception()).isInstanceOf(IOException.class);
        assertThatThrownBy(bad::get).isInstanceOf(ExecutionException.class).cause().isSameAs(bad.exception());
    }

    @Test
    @DisplayName("F-TP-05 (differs): an error is in the result and reported nowhere else")
    void anErrorInAResultIsNotReported() {
        List<Throwable> reported = new ArrayList<>();
        hub.errorHandler((context, error) -> reported.add(error));
        Result<?> failed = pool(1, 1).spawn(() -> {
            throw new IllegalStateException("boom");
        });
        failed.join();
        Jevent.yieldNow();
        assertThat(failed.exception()).hasMessage("boom");
        assertThat(reported).isEmpty();
    }

    @Test
    void anErrorOfTheVirtualMachineIsAnOutcomeToo() {
        WorkerPool pool = pool(1, 1);
        Result<?> failed = pool.spawn(() -> {
            throw new StackOverflowError();
        });
        failed.join();
        assertThat(failed.exception()).isInstanceOf(StackOverflowError.class);
        assertThat(catchThrowable(() -> pool.apply(() -> "still works"))).isNull();
    }

    @Test
    @DisplayName("B-THP-04 (differs, D-13): any thread may spawn, also one of another pool")
    void aCallOfOnePoolSpawnsOnAnother() throws Exception {
        WorkerPool first = pool(1, 1);
        WorkerPool second = pool(1, 1);
        assertThat(first.<Object>apply(() -> second.spawn(() -> "from " + Thread.currentThread().getName()).get()))
                .isEqualTo("from test-1");
        assertThat(second.statistics().completed()).isEqualTo(1);
    }

    @Test
    void aThreadWithoutAHubGetsNoneByUsingAPool() throws Exception {
        WorkerPool pool = pool(1, 1);
        AtomicReference<Object> seen = new AtomicReference<>();
        Thread plain = new Thread(() -> {
            try {
                seen.set(pool.apply(() -> 5));
                assertThat(Hub.ifExists()).isNull();
            } catch (Throwable t) {
                seen.set(t);
            }
        });
        plain.start();
        plain.join();
        assertThat(seen.get()).isEqualTo(5);
    }

    @Test
    @DisplayName("B-THP-05, F-TP-03: apply on one of the pool's own threads runs right there, and may switch")
    void nestedApplyRunsInline() throws Exception {
        WorkerPool pool = pool(2, 0);
        String names = pool.apply(() -> Thread.currentThread().getName() + " " + pool.apply(() -> {
            Jevent.sleep(Duration.ofMillis(5));
            return Thread.currentThread().getName();
        }));
        assertThat(names).isEqualTo("test-1 test-1");
        assertThat(pool.statistics().completed()).isEqualTo(1);
    }

    @Test
    @DisplayName("F-TP-03: so it does in a greenlet of the hub that such a thread has")
    void nestedApplyInAGreenletOfTheWorkersHubRunsInline() throws Exception {
        WorkerPool pool = pool(1, 0);
        assertThat(pool.<Boolean>apply(() ->
                Jevent.spawn(() -> pool.<Thread>apply(Thread::currentThread) == Thread.currentThread()).get())).isTrue();
    }

    @Test
    @DisplayName("B-THP-11, F-TP-15: a failing link is reported once, and the pool goes on")
    void aFailingLinkIsReportedOnce() throws Exception {
        List<Throwable> reported = new ArrayList<>();
        hub.errorHandler((context, error) -> reported.add(error));
        AtomicInteger calls = new AtomicInteger();
        WorkerPool pool = pool(1, 1);
        Result<Integer> result = pool.spawn(() -> 1);
        ((Linkable<?>) result).rawLink(ended -> {
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            calls.incrementAndGet();
            throw new IllegalStateException("link");
        });
        result.join();
        Eventually.untilOnHub("reported", () -> !reported.isEmpty());
        assertThat(calls).hasValue(1);
        assertThat(reported).singleElement().extracting(Throwable::getMessage).isEqualTo("link");
        assertThat(pool.<Integer>apply(() -> 2)).isEqualTo(2);
    }

    @Test
    @DisplayName("B-THP-10: nothing of a finished call is kept by the pool")
    void aFinishedCallIsCollected() throws Exception {
        WorkerPool pool = pool(1, 1);
        WeakReference<?>[] dropped = collectable(pool);
        Eventually.until("collected", () -> {
            System.gc();
            return dropped[0].get() == null && dropped[1].get() == null && dropped[2].get() == null;
        });
        assertThat(pool.size()).isEqualTo(1);
    }

    private static WeakReference<?>[] collectable(WorkerPool pool) throws Exception {
        Object argument = new Object();
        Result<Object> result = pool.spawn(() -> List.of(argument));
        Object value = result.get();
        return new WeakReference<?>[] {
            new WeakReference<>(argument), new WeakReference<>(value), new WeakReference<>(result)
        };
    }

    @Test
    void whatACallHoldsIsDroppedBeforeItsResultIs() throws Exception {
        Result<?> result;
        WeakReference<Object> argument;
        {
            Object held = new Object();
            argument = new WeakReference<>(held);
            result = spawnHolding(held);
            held = null;
        }
        result.get();
        Eventually.until("collected", () -> {
            System.gc();
            return argument.get() == null;
        });
        assertThat(result.toString()).contains("call of WorkerPoolTest lambda on \"test\"");
    }

    private Result<?> spawnHolding(Object held) {
        return pool(1, 1).spawn(held::hashCode);
    }

    // ---- waiting ----

    @Test
    void aKilledWaiterGoesOnAtOnceAndTheCallGoesOnToo() throws Exception {
        WorkerPool pool = pool(1, 1);
        CountDownLatch began = new CountDownLatch(1);
        AtomicReference<Result<String>> call = new AtomicReference<>();
        Greenlet<?> waiter = hub.spawn(() -> {
            call.set(blocking(pool, began));
            call.get().join();
        });
        Jevent.yieldNow();
        began.await();
        waiter.kill();
        assertThat(waiter.exit()).isNotNull();
        assertThat(call.get().ready()).isFalse();
        assertThat(pool.unfinished()).isEqualTo(1);
        gate.release();
        assertThat(call.get().get()).isEqualTo("through");
    }

    @Test
    void aTimeoutEndsTheWaitAndNotTheCall() throws Exception {
        WorkerPool pool = pool(1, 1);
        Result<String> call = blocking(pool, new CountDownLatch(1));
        assertThat(call.join(Duration.ofMillis(5))).isFalse();
        assertThatThrownBy(() -> call.get(Duration.ofMillis(5)))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("WorkerPoolTest lambda")
                .hasMessageContaining("0.005s");
        assertThatThrownBy(() -> call.get(Duration.ZERO)).isInstanceOf(TimeoutException.class);
        gate.release();
        assertThat(call.get()).isEqualTo("through");
    }

    @Test
    void mainWaitsForACallWithoutLoopExitAndNotOnceItHasEnded() {
        WorkerPool pool = pool(1, 1);
        blocking(pool, new CountDownLatch(1));
        Result<String> second = pool.spawn(() -> "second");
        Thread opener = new Thread(() -> {
            Eventually.until("main waits", () -> second.linkCount() == 1);
            gate.release();
        });
        opener.start();
        second.join();
        assertThat(second.value()).isEqualTo("second");
        Greenlet<?> nobodyWakes = new Greenlet<>(() -> null);
        assertThatThrownBy(nobodyWakes::join).isInstanceOf(LoopExit.class);
    }

    @Test
    void aCallThatAnotherThreadMadeKeepsTheWaitersHubGoing() throws Exception {
        WorkerPool pool = pool(1, 1);
        AtomicReference<Result<String>> foreign = new AtomicReference<>();
        Thread maker = new Thread(() -> foreign.set(blocking(pool, new CountDownLatch(1))));
        maker.start();
        maker.join();
        Thread opener = new Thread(() -> {
            Eventually.until("main waits", () -> foreign.get().linkCount() == 1);
            gate.release();
        });
        opener.start();
        assertThat(hub.waitAll(List.of(foreign.get()))).hasSize(1);
        assertThat(hub.statistics().holds()).isZero();
    }

    @Test
    void cancellingAQueuedCallTakesItOutOfTheQueue() throws Exception {
        WorkerPool pool = pool(1, 5);
        occupy(pool, 1);
        AtomicInteger ran = new AtomicInteger();
        Result<Integer> queued = pool.spawn(ran::incrementAndGet);
        assertThat(queued.cancel(false)).isTrue();
        assertThat(queued.cancel(false)).isFalse();
        assertThat(pool.unfinished()).isEqualTo(1);
        assertThat(queued.isCancelled()).isTrue();
        assertThat(queued.isDone()).isTrue();
        assertThat(queued.exception()).isInstanceOf(CancellationException.class);
        assertThatThrownBy(queued::get).isInstanceOf(CancellationException.class);
        gate.release();
        pool.join();
        assertThat(ran).hasValue(0);
    }

    @Test
    void cancellingARunningCallInterruptsItsThreadAndNotTheNextCall() throws Exception {
        WorkerPool pool = pool(1, 5);
        CountDownLatch began = new CountDownLatch(1);
        AtomicReference<Throwable> seen = new AtomicReference<>();
        Result<?> call = pool.spawn(() -> {
            began.countDown();
            try {
                gate.acquire();
            } catch (InterruptedException e) {
                seen.set(e);
                Thread.currentThread().interrupt();
            }
            return null;
        });
        began.await();
        assertThat(call.cancel(true)).isTrue();
        assertThat(call.isCancelled()).isTrue();
        assertThat(pool.<Boolean>apply(Thread::interrupted)).isFalse();
        assertThat(seen.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void cancellingARunningCallWithoutInterruptOnlyDropsItsResult() throws Exception {
        WorkerPool pool = pool(1, 5);
        CountDownLatch began = new CountDownLatch(1);
        Result<String> call = blocking(pool, began);
        began.await();
        assertThat(call.cancel(false)).isTrue();
        assertThat(pool.unfinished()).isEqualTo(1);
        gate.release();
        pool.join();
        assertThat(call.value()).isNull();
        assertThat(pool.statistics().completed()).isEqualTo(1);
    }

    @Test
    @DisplayName("F-TP-02 (differs): as many calls as maxQueued wait for a thread; then spawn waits, first come first served")
    void spawnWaitsWhileTheQueueIsFull() throws Exception {
        WorkerPool pool = pool(1, 2);
        occupy(pool, 1);
        List<Integer> spawned = new ArrayList<>();
        List<Integer> ran = new ArrayList<>();
        List<Greenlet<?>> spawners = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            spawners.add(hub.spawn(() -> {
                pool.spawn(() -> ran.add(number));
                spawned.add(number);
            }));
        }
        Jevent.yieldNow();
        Jevent.yieldNow();
        assertThat(spawned).containsExactly(0, 1);
        assertThat(pool.statistics().queued()).isEqualTo(2);
        gate.release();
        hub.joinAll(spawners);
        pool.join();
        assertThat(spawned).containsExactly(0, 1, 2, 3, 4);
        assertThat(ran).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void trySpawnReturnsNullInsteadOfWaiting() throws Exception {
        WorkerPool pool = pool(1, 1);
        occupy(pool, 1);
        Result<Integer> queued = pool.trySpawn(() -> 1);
        assertThat(queued).isNotNull();
        assertThat((Object) pool.trySpawn(() -> 2)).isNull();
        queued.cancel(false);
        assertThat((Object) pool.trySpawn(() -> 3)).isNotNull();
    }

    @Test
    void aPlaceThatACancelledCallLeavesGoesToTheFirstWhoWaits() throws Exception {
        WorkerPool pool = pool(1, 1);
        occupy(pool, 1);
        Result<Integer> queued = pool.spawn(() -> 1);
        Greenlet<Result<Integer>> waits = hub.spawn(() -> pool.spawn(() -> 2));
        Jevent.yieldNow();
        assertThat(waits.ready()).isFalse();
        queued.cancel(false);
        waits.join();
        gate.release();
        assertThat(waits.value().get()).isEqualTo(2);
    }

    @Test
    void aSpawnerKilledWhileItWaitsForAPlaceLeavesNothingBehind() throws Exception {
        WorkerPool pool = pool(1, 0);
        occupy(pool, 1);
        AtomicInteger ran = new AtomicInteger();
        Greenlet<?> waits = hub.spawn(() -> pool.spawn(ran::incrementAndGet));
        Jevent.yieldNow();
        waits.kill();
        assertThat(waits.dead()).isTrue();
        gate.release();
        pool.join();
        assertThat(ran).hasValue(0);
        assertThat(pool.<Integer>apply(() -> 3)).isEqualTo(3);
        assertThat(hub.statistics().holds()).isZero();
    }

    @Test
    void withoutAQueueACallWaitsForAnIdleThread() throws Exception {
        WorkerPool pool = pool(2, 0);
        List<Greenlet<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            callers.add(hub.spawn(() -> pool.<Integer>apply(() -> number)));
        }
        assertThat(hub.joinAll(callers)).extracting(Greenlet::value).doesNotContainNull().hasSize(20);
        assertThat(pool.size()).isBetween(1, 2);
    }

    @Test
    void aCallOfTheOwnThreadsNeverWaitsForAPlace() throws Exception {
        WorkerPool pool = pool(1, 1);
        List<Result<Integer>> inner = pool.apply(() -> {
            List<Result<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                int number = i;
                results.add(pool.spawn(() -> number));
            }
            return results;
        });
        for (int i = 0; i < 10; i++) {
            assertThat(inner.get(i).get()).isEqualTo(i);
        }
    }

    @Test
    @DisplayName("F-HUB-25: spawning in a loop callback doesn't wait, and is refused where it would")
    void aCallbackMayNotWaitForAPlace() throws Exception {
        WorkerPool pool = pool(1, 0);
        AtomicReference<Throwable> refused = new AtomicReference<>();
        occupy(pool, 1);
        hub.loop().runCallback(() -> refused.set(catchThrowable(() -> pool.spawn(() -> 1))));
        Jevent.yieldNow();
        Jevent.yieldNow();
        assertThat(refused.get()).isInstanceOf(BlockingSwitchOutException.class);
        assertThat(pool.unfinished()).isEqualTo(1);
    }

    // ---- threads ----

    @Test
    @DisplayName("B-THP-02: a negative size is refused")
    void negativeSizesAreRefused() {
        assertThatThrownBy(() -> pool(-1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxSize: -1 (expected: >= 0)");
        assertThatThrownBy(() -> pool(1, -2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxQueued: -2 (expected: >= 0)");
        assertThatThrownBy(() -> new WorkerPool(null, "test", 1, Duration.ofNanos(-1), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("idle: ");
        assertThatThrownBy(() -> pool(1, 1).maxSize(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("B-THP-14: threads are started when they are needed, and not more than needed")
    void threadsAreLazy() throws Exception {
        WorkerPool pool = pool(10, 10);
        assertThat(pool.size()).isZero();
        pool.apply(() -> null);
        assertThat(pool.size()).isEqualTo(1);
        Eventually.until("idle", () -> pool.statistics().running() == 0);
        Eventually.until("one thread does all", () -> {
            try {
                pool.apply(() -> null);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            return pool.statistics().completed() > 20;
        });
        assertThat(pool.size()).isBetween(1, 2); // a second one if a call came while the first thread was still cleaning up
    }

    @Test
    @DisplayName("B-THP-07: maxSize 0 ends busy threads when their calls have ended")
    void maxSizeZeroEndsBusyThreadsAfterTheirCalls() throws Exception {
        WorkerPool pool = pool(3, 3);
        occupy(pool, 3);
        pool.maxSize(0);
        assertThat(pool.size()).isEqualTo(3);
        gate.release(3);
        pool.join();
        Eventually.until("size 0", () -> pool.size() == 0);
    }

    @Test
    @DisplayName("F-TP-07: with maxSize 0 calls wait; more at once lets them begin")
    void raisingMaxSizeStartsQueuedCalls() throws Exception {
        WorkerPool pool = pool(0, 1);
        Result<Integer> queued = pool.spawn(() -> 1);
        Greenlet<Result<Integer>> waits = hub.spawn(() -> pool.spawn(() -> 2));
        Jevent.yieldNow();
        assertThat(queued.ready()).isFalse();
        pool.maxSize(2);
        assertThat(queued.get()).isEqualTo(1);
        waits.join();
        assertThat(waits.value().get()).isEqualTo(2);
        assertThat(pool.maxSize()).isEqualTo(2);
    }

    @Test
    @DisplayName("B-THP-08: size can be set from 0 to maxSize, and is then exactly that")
    void sizeCanBeSet() {
        WorkerPool pool = pool(2, 1);
        for (int size : new int[] {1, 2, 1, 0, 2}) {
            pool.size(size);
            assertThat(pool.size()).isEqualTo(size);
        }
        assertThatThrownBy(() -> pool.size(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("size: -1 (expected: 0 to maxSize=2)");
        assertThatThrownBy(() -> pool.size(3)).isInstanceOf(IllegalArgumentException.class);
        assertThat(pool.size()).isEqualTo(2);
    }

    @Test
    void idleThreadsEndAfterTheirTime() throws Exception {
        WorkerPool pool = new WorkerPool(hub, "test", 3, Duration.ofMillis(1), 3);
        pools.add(pool);
        pool.apply(() -> null);
        Eventually.until("ended", () -> pool.size() == 0);
        assertThat(pool.<String>apply(() -> Thread.currentThread().getName())).isEqualTo("test-2");
    }

    @Test
    void threadsAreDaemonsWithTheLoaderOfThePoolsMakerAndNoInheritedLocals() throws Exception {
        InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();
        inherited.set("mine");
        WorkerPool pool = pool(1, 1);
        assertThat(pool.<Boolean>apply(() -> Thread.currentThread().isDaemon())).isTrue();
        assertThat(pool.<String>apply(inherited::get)).isNull();
        assertThat(pool.<ClassLoader>apply(() -> Thread.currentThread().getContextClassLoader()))
                .isSameAs(Thread.currentThread().getContextClassLoader());
    }

    @Test
    @DisplayName("F-TP-10, F-TP-11: a call may use jevent; the hub of its thread is closed when the thread has nothing to do")
    void theHubOfAnIdleThreadIsClosed() throws Exception {
        WorkerPool pool = pool(1, 1);
        AtomicReference<Throwable> end = new AtomicReference<>();
        Hub theirs = pool.apply(() -> {
            Jevent.spawn(() -> {
                try {
                    Jevent.sleep(FOR_EVER);
                } catch (Throwable t) {
                    end.set(t);
                    throw t;
                }
                return null;
            });
            Jevent.sleep(Duration.ofMillis(1));
            return Hub.current();
        });
        assertThat(theirs).isNotSameAs(hub);
        Eventually.until("closed", theirs::isClosed);
        assertThat(end.get()).isInstanceOf(HubDestroyed.class);
        assertThat(pool.<Hub>apply(Hub::ifExists)).isNull();
    }

    @Test
    @DisplayName("A24: where no thread can be made, every call that waits fails with the reason")
    void aCallWhoseThreadCannotBeMadeFails() {
        OutOfMemoryError none = new OutOfMemoryError("unable to create native thread");
        WorkerPool pool = pool(2, 2, worker -> {
            throw none;
        });
        Result<Integer> failed = pool.spawn(() -> 1);
        assertThat(failed.exception()).isSameAs(none);
        assertThat(catchThrowable(() -> pool.apply(() -> 2))).isSameAs(none);
        assertThat(pool.size()).isZero();
        assertThat(pool.unfinished()).isZero();
        assertThat(hub.statistics().holds()).isZero();
        assertThatThrownBy(() -> pool.size(2)).isSameAs(none);
        assertThat(pool.size()).isZero();
    }

    @Test
    @DisplayName("A24: where only some threads can be made, they do all the work")
    void aCallWhoseThreadCannotBeMadeIsDoneByAnother() throws Exception {
        AtomicInteger made = new AtomicInteger();
        AtomicReference<WorkerPool> self = new AtomicReference<>();
        WorkerPool pool = pool(3, 5, worker -> {
            if (made.incrementAndGet() > 1) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            return new Worker.PoolThread(self.get(), worker, "only");
        });
        self.set(pool);
        occupy(pool, 1);
        List<Result<String>> results = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            results.add(pool.spawn(() -> Thread.currentThread().getName()));
        }
        assertThat(pool.size()).isEqualTo(1);
        gate.release();
        for (Result<String> result : results) {
            assertThat(result.get()).isEqualTo("only");
        }
    }

    // ---- join and close ----

    @Test
    @DisplayName("F-TP-08, F-TP-09: unfinished counts queued and running calls; join waits for all of them")
    void joinWaitsForAllCalls() throws Exception {
        WorkerPool pool = pool(1, 5);
        pool.join();
        occupy(pool, 1);
        Result<Integer> queued = pool.spawn(() -> 1);
        assertThat(pool.unfinished()).isEqualTo(2);
        assertThat(pool.join(Duration.ZERO)).isFalse();
        assertThat(pool.join(Duration.ofMillis(2))).isFalse();
        gate.release();
        assertThat(pool.join(FOR_EVER)).isTrue();
        assertThat(queued.ready()).isTrue();
        assertThat(pool.unfinished()).isZero();
    }

    @Test
    void joinOnAnOwnThreadIsRefused() {
        WorkerPool pool = pool(1, 1);
        assertThatThrownBy(() -> pool.apply(() -> {
            pool.join();
            return null;
        })).isInstanceOf(IllegalStateException.class).hasMessageContaining("would wait for itself");
    }

    @Test
    void closeFailsWhatIsQueuedAndLetsEndWhatRuns() throws Exception {
        WorkerPool pool = pool(1, 1);
        CountDownLatch began = new CountDownLatch(1);
        Result<String> running = blocking(pool, began);
        began.await();
        Result<Integer> queued = pool.spawn(() -> 1);
        Greenlet<Result<Integer>> waits = hub.spawn(() -> pool.spawn(() -> 2));
        hub.errorStream(null);
        Jevent.yieldNow();
        pool.close();
        pool.close();
        assertThat(queued.exception())
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("was closed before the call began");
        waits.join();
        assertThat(waits.exception()).isInstanceOf(RejectedExecutionException.class).hasMessageContaining("is closed");
        assertThatThrownBy(() -> pool.spawn(() -> 3)).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> pool.trySpawn(() -> 3)).isInstanceOf(RejectedExecutionException.class);
        assertThat(running.ready()).isFalse();
        gate.release();
        assertThat(running.get()).isEqualTo("through");
        Eventually.until("threads ended", () -> pool.size() == 0);
        assertThat(hub.statistics().holds()).isZero();
    }

    @Test
    void closingAHubClosesItsPoolAndReleasesWhoWaitsElsewhere() throws Exception {
        AtomicReference<Result<String>> queued = new AtomicReference<>();
        CountDownLatch began = new CountDownLatch(1);
        Thread other = new Thread(() -> {
            Hub theirs = Hub.current();
            theirs.threadPool().maxSize(1);
            theirs.threadPool().spawn(() -> {
                began.countDown();
                gate.acquire();
                return null;
            });
            queued.set(theirs.threadPool().spawn(() -> "never"));
            theirs.close();
        });
        other.start();
        other.join();
        began.await();
        queued.get().join();
        assertThat(queued.get().exception()).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void statisticsTellWhatHappens() throws Exception {
        WorkerPool pool = pool(2, 5);
        occupy(pool, 2);
        Result<?> failing = pool.spawn(() -> {
            throw new IOException();
        });
        assertThat(pool.statistics().toString())
                .isEqualTo("Statistics[threads=2, maxThreads=2, running=2, queued=1, completed=0, failed=0]");
        assertThat(pool).hasToString("<thread pool \"test\": 2 of 2 threads, 2 calls running, 1 queued>");
        gate.release(2);
        failing.join();
        pool.join();
        assertThat(pool.statistics().completed()).isEqualTo(3);
        assertThat(pool.statistics().failed()).isEqualTo(1);
    }

    @Test
    void aGreenletExitOfACallIsItsOutcomeNotTheEndOfTheThread() throws Exception {
        WorkerPool pool = pool(1, 1);
        Result<?> call = pool.spawn(() -> {
            throw new GreenletExit();
        });
        call.join();
        assertThat(call.exception()).isInstanceOf(GreenletExit.class);
        assertThat(pool.<Integer>apply(() -> 1)).isEqualTo(1);
    }
}
