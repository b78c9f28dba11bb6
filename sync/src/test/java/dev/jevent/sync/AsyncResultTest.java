package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.LoopExit;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AsyncResultTest {
    private static final Duration SHORT = Duration.ofMillis(10);
    private static final Duration LONG = Duration.ofHours(1);

    @HubTest
    @DisplayName("B-ARS-01: a fresh one holds nothing")
    void freshOneHoldsNothing(Hub hub) throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        assertThat(result.ready()).isFalse();
        assertThat(result.isDone()).isFalse();
        assertThat(result.successful()).isFalse();
        assertThat(result.value()).isNull();
        assertThat(result.exception()).isNull();
        assertThat(result.toString()).matches("<AsyncResult at 0x[0-9a-f]+, unset, 0 waiting>");
    }

    @HubTest
    @DisplayName("F-AR-01, F-AR-02: all who wait get the value")
    void allWhoWaitGetTheValue(Hub hub) throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        List<Greenlet<String>> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waiting.add(hub.spawn(() -> result.get()));
        }
        hub.yieldNow();
        assertThat(result.linkCount()).isEqualTo(10);
        result.set("value");
        assertThat(result.get()).isEqualTo("value");
        for (Greenlet<String> each : waiting) {
            assertThat(each.get()).isEqualTo("value");
        }
        assertThat(result.successful()).isTrue();
        assertThat(result.resultNow()).isEqualTo("value");
        assertThat(result.toString()).contains("value value");
    }

    @HubTest
    void nullIsAValue(Hub hub) throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        Greenlet<String> waiting = hub.spawn(() -> result.get());
        hub.yieldNow();
        result.set(null);
        assertThat(result.ready()).isTrue();
        assertThat(result.successful()).isTrue();
        assertThat(result.get()).isNull();
        assertThat(waiting.get()).isNull();
        assertThat(result.trySet("other")).isFalse();
    }

    @HubTest
    @DisplayName("O-ARS-02, F-AR-03: join() does not throw what it failed with, get() does")
    void joinDoesNotThrow(Hub hub) throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        IOException failure = new IOException("given");
        Greenlet<String> waiting = hub.spawn(() -> {
            result.join();
            return result.value();
        });
        hub.yieldNow();
        result.setException(failure);
        result.join();
        assertThat(result.join(LONG)).isTrue();
        assertThat(waiting.get()).isNull();
        assertThat(result.value()).isNull();
        assertThat(result.successful()).isFalse();
        assertThat(result.exception()).isSameAs(failure);
        assertThat(result.exceptionNow()).isSameAs(failure);
        assertThat(result.state()).isEqualTo(Future.State.FAILED);
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(result::get).withCause(failure);
    }

    @HubTest
    @DisplayName("F-AR-02: a limited get() ends with TimeoutException, a limited join() with false")
    void limitedWaits(Hub hub) throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        assertThatThrownBy(() -> result.get(SHORT)).isInstanceOf(TimeoutException.class).hasMessageContaining("0.01s");
        assertThatThrownBy(() -> result.get(Duration.ZERO)).isInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> result.get(1, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(result.join(SHORT)).isFalse();
        assertThat(result.linkCount()).isZero();
    }

    @HubTest
    @DisplayName("B-ARS-03: the custom error of a zero timeout beats a set() that comes later")
    void zeroTimeoutBeatsLaterSet(Hub hub) throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        IOException custom = new IOException("custom");
        Greenlet<Void> setter = hub.spawnLater(Duration.ofMillis(100), () -> result.set("late"));
        assertThatThrownBy(() -> new Timeout(Duration.ZERO, custom).call(result::get)).isSameAs(custom);
        assertThat(result.linkCount()).isZero();
        setter.join();
    }

    @HubTest
    @DisplayName("B-ARS-04: with a fallback, what nobody sets gives the fallback")
    void fallback(Hub hub) throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        assertThat(Timeout.call(SHORT, result::get, "fallback")).isEqualTo("fallback");
        assertThat(result.linkCount()).isZero();
    }

    @HubTest
    @DisplayName("B-ARS-06, B-LNK-01: linked to a greenlet that returns, those of the plain and the value link hold the value")
    void linkedToSuccess(Hub hub) throws Exception {
        Greenlet<Integer> greenlet = hub.spawn(() -> 100);
        AsyncResult<Integer> plain = new AsyncResult<>();
        AsyncResult<Integer> ofValue = new AsyncResult<>();
        AsyncResult<Integer> ofException = new AsyncResult<>();
        greenlet.link(plain);
        greenlet.linkValue(ofValue);
        greenlet.linkException(ofException);
        assertThat(plain.get()).isEqualTo(100);
        assertThat(ofValue.get()).isEqualTo(100);
        assertThat(ofException.join(SHORT)).isFalse();
        for (int i = 0; i < 3; i++) {
            AsyncResult<Number> late = new AsyncResult<>();
            greenlet.link(late);
            assertThat(late.get()).isEqualTo(100);
        }
    }

    @HubTest
    @DisplayName("B-ARS-07: linked to a greenlet that fails, those of the plain and the exception link hold the exception")
    void linkedToFailure(Hub hub) throws Exception {
        IOException failure = new IOException("given");
        hub.notErrors(error -> error == failure);
        Greenlet<Integer> greenlet = hub.spawn(() -> {
            throw failure;
        });
        AsyncResult<Integer> plain = new AsyncResult<>();
        AsyncResult<Integer> ofValue = new AsyncResult<>();
        AsyncResult<Integer> ofException = new AsyncResult<>();
        greenlet.link(plain);
        greenlet.linkValue(ofValue);
        greenlet.linkException(ofException);
        assertThatThrownBy(plain::get).hasCause(failure);
        assertThatThrownBy(ofException::get).hasCause(failure);
        assertThat(ofValue.join(SHORT)).isFalse();
    }

    @HubTest
    @DisplayName("F-AR-05: linked to a killed greenlet it holds null; to another result, what that holds")
    void linkedToOthers(Hub hub) throws Exception {
        Greenlet<String> killed = hub.spawn(() -> {
            hub.sleep(LONG);
            return "never";
        });
        AsyncResult<String> ofKilled = new AsyncResult<>();
        killed.linkValue(ofKilled);
        hub.yieldNow();
        killed.kill(new GreenletExit());
        assertThat(ofKilled.get()).isNull();

        AsyncResult<String> source = new AsyncResult<>();
        AsyncResult<CharSequence> copy = new AsyncResult<>();
        source.rawLink(copy);
        assertThatThrownBy(() -> copy.accept(source))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("isn't ready");
        source.set("value");
        assertThat(copy.get()).isEqualTo("value");
    }

    @HubTest
    @DisplayName("D-05: it is set once; a second set() is refused and names what it holds")
    void setTwiceIsRefused(Hub hub) throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        result.set("first");
        assertThatThrownBy(() -> result.set("second"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("first")
                .hasMessageContaining("second");
        assertThatThrownBy(() -> result.setException(new IOException("late")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("first");
        assertThat(result.trySet("second")).isFalse();
        assertThat(result.trySetException(new IOException("late"))).isFalse();
        assertThat(result.get()).isEqualTo("first");
    }

    @HubTest
    @DisplayName("reset() makes it unset; who waited before gets what was set before")
    void reset(Hub hub) throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        result.reset();
        Greenlet<String> waiting = hub.spawn(() -> result.get());
        hub.yieldNow();
        result.set("first");
        result.reset();
        assertThat(result.ready()).isFalse();
        assertThat(waiting.get()).isEqualTo("first");
        result.setException(new IOException("second"));
        assertThatThrownBy(result::get).hasMessageContaining("second");
        result.reset();
        assertThat(result.exception()).isNull();
    }

    @HubTest
    @DisplayName("F-AR-06: it is never cancelled")
    void isNeverCancelled(Hub hub) throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        assertThat(result.cancel(true)).isFalse();
        assertThat(result.isCancelled()).isFalse();
        assertThat(result.isDone()).isFalse();
        result.set("value");
        assertThat(result.cancel(true)).isFalse();
        assertThat(result.get()).isEqualTo("value");
    }

    @HubTest
    void interruptEndsGetAsItsContractSays(Hub hub) throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        Greenlet<String> waiting = hub.spawn(() -> {
            try {
                return result.get();
            } catch (InterruptedException e) {
                return "interrupted";
            }
        });
        hub.yieldNow();
        waiting.thread().interrupt();
        assertThat(waiting.get()).isEqualTo("interrupted");
        assertThat(result.linkCount()).isZero();
    }

    @HubTest
    @DisplayName("F-AR-06: a future made of it is completed with its value or exception")
    void toCompletableFuture(Hub hub) throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        CompletableFuture<String> before = result.toCompletableFuture();
        AsyncResult<Greenlet<?>> ranIn = new AsyncResult<>();
        before.thenRun(() -> {
            hub.yieldNow(); // it may wait
            ranIn.set(Greenlet.current());
        });
        result.set("value");
        assertThat(before).as("nothing runs in set()").isNotDone();
        assertThat(ranIn.get()).isNotSameAs(Greenlet.current());
        assertThat(before).isCompletedWithValue("value");
        assertThat(result.toCompletableFuture()).isCompletedWithValue("value");

        AsyncResult<String> failed = new AsyncResult<>();
        CompletableFuture<String> exceptional = failed.toCompletableFuture();
        IOException failure = new IOException("given");
        failed.setException(failure);
        hub.yieldNow();
        hub.yieldNow();
        assertThat(exceptional).isCompletedExceptionally();
        assertThat(exceptional.exceptionNow()).isSameAs(failure);
    }

    @Test
    void futureIsCompletedByThreadWithoutHub() throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        CompletableFuture<String> future = result.toCompletableFuture();
        HubThread plain = HubThread.startPlain(() -> result.set("value"));
        assertThat(future.get(60, TimeUnit.SECONDS)).isEqualTo("value");
        plain.join();
    }

    @HubTest
    @DisplayName("A8: a result made of a stage is set by whichever thread completes it, and keeps main from giving up")
    void fromStage(Hub hub) throws Exception {
        CompletableFuture<String> stage = new CompletableFuture<>();
        AsyncResult<CharSequence> result = AsyncResult.from(stage);
        assertThat(hub.statistics().holds()).isEqualTo(1);
        HubThread plain = HubThread.startPlain(() -> stage.complete("value"));
        assertThat(result.get()).isEqualTo("value");
        plain.join();
        assertThat(hub.join(Duration.ofSeconds(60))).isTrue();
        assertThat(hub.statistics().holds()).isZero();
        assertThatThrownBy(() -> new AsyncResult<String>().get()).isInstanceOf(LoopExit.class);
    }

    @HubTest
    void fromFailedStageUnwrapsTheFailure(Hub hub) throws Exception {
        IOException failure = new IOException("given");
        assertThat(AsyncResult.from(CompletableFuture.failedFuture(failure)).exception()).isSameAs(failure);
        CompletableFuture<String> dependent =
                CompletableFuture.<String>failedFuture(failure).thenApply(value -> value + value);
        assertThat(AsyncResult.from(dependent).exception()).isSameAs(failure);
        assertThat(AsyncResult.from(CompletableFuture.completedFuture("value")).get()).isEqualTo("value");
    }

    @Test
    @DisplayName("F-AR-07: one set in another hub, or by a thread without one, wakes waiters in each")
    void acrossHubs() throws Exception {
        for (int round = 0; round < 50; round++) {
            AsyncResult<String> result = new AsyncResult<>();
            CountDownLatch waiting = new CountDownLatch(3);
            HubThread.Body body = hub -> {
                Greenlet<String> greenlet = hub.spawn(() -> result.get());
                hub.yieldNow();
                waiting.countDown();
                try (Hub.Hold hold = hub.hold()) {
                    assertThat(result.get()).isEqualTo("value");
                    assertThat(greenlet.get()).isEqualTo("value");
                }
            };
            HubThread first = HubThread.start("first", body);
            HubThread second = HubThread.start("second", body);
            HubThread plain = HubThread.startPlain(() -> {
                waiting.countDown();
                assertThat(result.get()).isEqualTo("value");
            });
            assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();
            result.set("value");
            HubThread.joinAll(first, second, plain);
            assertThat(result.linkCount()).isZero();
        }
    }

    @Test
    @DisplayName("D-05: of many threads that set it at once, one wins and all who wait get that one's value")
    void oneOfManySettersWins() throws Exception {
        for (int round = 0; round < 100; round++) {
            AsyncResult<Integer> result = new AsyncResult<>();
            boolean[] won = new boolean[3];
            HubThread[] setters = new HubThread[3];
            for (int i = 0; i < 3; i++) {
                int number = i;
                setters[i] = HubThread.startPlain(() -> won[number] = result.trySet(number));
            }
            int[] got = new int[1];
            HubThread waiter = HubThread.startPlain(() -> got[0] = result.get());
            HubThread.joinAll(setters);
            waiter.join();
            assertThat(won).containsOnlyOnce(true);
            assertThat(won[got[0]]).isTrue();
        }
    }
}
