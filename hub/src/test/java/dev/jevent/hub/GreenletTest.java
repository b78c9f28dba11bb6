package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;

class GreenletTest {
    private static final Duration SHORT = Duration.ofMillis(10);

    // ---- its states ----

    @HubTest
    @DisplayName("B-GRN-01: one that was never started is neither started nor dead nor ready, and holds nothing")
    void oneThatWasNeverStartedHoldsNothing() {
        Greenlet<String> greenlet = new Greenlet<>(() -> "never");
        assertThat(greenlet.phase()).isEqualTo(Greenlet.Phase.NEW);
        assertThat(greenlet.started()).isFalse();
        assertThat(greenlet.dead()).isFalse();
        assertThat(greenlet.ready()).isFalse();
        assertThat(greenlet.successful()).isFalse();
        assertThat(greenlet.value()).isNull();
        assertThat(greenlet.exception()).isNull();
        assertThat(greenlet.exit()).isNull();
        assertThat(greenlet.state()).isEqualTo(Future.State.RUNNING);
    }

    @HubTest
    @DisplayName("B-GRN-02: one that was started is so before its first turn, and while it waits")
    void oneThatWasStartedIsSoUntilItsEnd(Hub hub) {
        Greenlet<String> greenlet = hub.spawn(() -> {
            hub.sleep(SHORT);
            return "slept";
        });
        assertThat(greenlet.phase()).isEqualTo(Greenlet.Phase.SCHEDULED);
        assertPendingWithoutOutcome(greenlet);
        hub.yieldNow();
        assertThat(greenlet.phase()).isEqualTo(Greenlet.Phase.RUNNING);
        assertPendingWithoutOutcome(greenlet);
        greenlet.join();
        assertThat(greenlet.phase()).isEqualTo(Greenlet.Phase.ENDED);
        assertThat(greenlet.started()).isFalse();
        assertThat(greenlet.dead()).isTrue();
        assertThat(greenlet.ready()).isTrue();
        assertThat(greenlet.successful()).isTrue();
        assertThat(greenlet.value()).isEqualTo("slept");
        assertThat(greenlet.state()).isEqualTo(Future.State.SUCCESS);
        assertThat(greenlet.resultNow()).isEqualTo("slept");
    }

    private static void assertPendingWithoutOutcome(Greenlet<?> greenlet) {
        assertThat(greenlet.started()).isTrue();
        assertThat(greenlet.dead()).isFalse();
        assertThat(greenlet.ready()).isFalse();
        assertThat(greenlet.successful()).isFalse();
        assertThat(greenlet.value()).isNull();
        assertThat(greenlet.exception()).isNull();
    }

    @HubTest
    @DisplayName("B-GRN-04: one that failed keeps the very object that was thrown")
    void oneThatFailedKeepsWhatWasThrown(Hub hub, Errors errors) {
        errors.expect(IOException.class);
        IOException failure = new IOException("gone");
        Greenlet<String> greenlet = hub.spawn((Callable<String>) () -> {
            throw failure;
        });
        greenlet.join();
        assertThat(greenlet.started()).isFalse();
        assertThat(greenlet.dead()).isTrue();
        assertThat(greenlet.ready()).isTrue();
        assertThat(greenlet.successful()).isFalse();
        assertThat(greenlet.value()).isNull();
        assertThat(greenlet.exception()).isSameAs(failure);
        assertThatThrownBy(greenlet::get).isInstanceOf(ExecutionException.class).cause().isSameAs(failure);
        assertThat(greenlet.state()).isEqualTo(Future.State.FAILED);
        assertThat(greenlet.exceptionNow()).isSameAs(failure);
    }

    @HubTest
    @DisplayName("B-GRN-05: without a failure there is no exception, before the end and after it")
    void withoutAFailureThereIsNoException(Hub hub) {
        Greenlet<String> ended = hub.spawn(() -> "fine");
        ended.join();
        assertThat(ended.exception()).isNull();
        assertThat(new Greenlet<>(() -> "never").exception()).isNull();
    }

    @HubTest
    @DisplayName("B-GRN-07: without a body nothing is made, and the caller is told at once")
    void withoutABodyTheCallerIsToldAtOnce(Hub hub) {
        assertThatThrownBy(() -> hub.spawn((Callable<?>) null)).isInstanceOf(NullPointerException.class).hasMessage("body");
        assertThatThrownBy(() -> hub.spawn((Task) null)).isInstanceOf(NullPointerException.class).hasMessage("body");
        assertThatThrownBy(() -> hub.spawnRaw(null)).isInstanceOf(NullPointerException.class).hasMessage("body");
        assertThatThrownBy(() -> hub.spawnLater(SHORT, (Callable<?>) null)).hasMessage("body");
        assertThatThrownBy(() -> hub.spawnLater(SHORT, (Task) null)).hasMessage("body");
        assertThatThrownBy(() -> new Greenlet<>(null)).hasMessage("body");
        assertThatThrownBy(() -> hub.execute(null)).isInstanceOf(NullPointerException.class);
        assertThat(hub.statistics().spawned()).isZero();
    }

    @HubTest
    void aClassWithoutABodyFailsSayingSo(Hub hub, Errors errors) {
        errors.expect(IllegalStateException.class);
        var greenlet = new Greenlet<Void>(hub) {};
        greenlet.start();
        greenlet.join();
        assertThat(greenlet.exception()).hasMessageContaining("neither overrides run() nor was given a body");
    }

    @HubTest
    @DisplayName("B-GRN-08: of a raw greenlet only the thread is given out; it has ended when its body has")
    void ofARawGreenletOnlyTheThreadIsGivenOut(Hub hub) {
        List<String> ran = new ArrayList<>();
        Thread raw = hub.spawnRaw(() -> ran.add("ran"));
        assertThat(raw.isVirtual()).isTrue();
        assertThat(raw.isAlive()).isTrue();
        hub.yieldNow();
        assertThat(ran).containsExactly("ran");
        assertThat(raw.isAlive()).isFalse();
    }

    @HubTest
    @DisplayName("B-GRN-10: it is not dead while it runs, from its first instruction on")
    void itIsNotDeadWhileItRuns(Hub hub) throws Exception {
        var seen = new ArrayList<Boolean>();
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            seen.add(Greenlet.current().dead());
            hub.yieldNow();
            seen.add(Greenlet.current().dead());
        });
        while (!greenlet.dead()) {
            assertThat(greenlet.started()).isTrue();
            hub.yieldNow();
        }
        assertThat(seen).containsExactly(false, false);
    }

    @HubTest
    @DisplayName("B-GRN-11: a join with a timeout says whether the greenlet has ended, and throws nothing")
    void aJoinWithATimeoutSaysWhetherItHasEnded(Hub hub, VirtualClock clock) {
        Greenlet<Void> greenlet = hub.spawn(() -> hub.sleep(Duration.ofSeconds(10)));
        assertThat(greenlet.join(SHORT)).isFalse();
        assertThat(clock.elapsed()).isEqualTo(SHORT);
        assertThat(greenlet.join(Duration.ZERO)).isFalse();
        assertThat(greenlet.join(Duration.ofSeconds(10))).isTrue();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(10));
        assertThat(greenlet.join(Duration.ZERO)).isTrue();
    }

    @HubTest
    void theFailureOfAGreenletIsNotThrownByJoin(Hub hub, Errors errors) {
        errors.expect(IOException.class, 2);
        Task failing = () -> {
            throw new IOException("gone");
        };
        assertThatCode(hub.spawn(failing)::join).doesNotThrowAnyException();
        assertThat(hub.spawn(failing).join(SHORT)).isTrue();
    }

    @HubTest
    @DisplayName("B-GRN-14: the time of a get is over with the platform's own TimeoutException, which names greenlet and time")
    void theTimeOfAGetIsOverWithTheExceptionOfThePlatform(Hub hub) {
        Greenlet<String> greenlet = hub.spawn(() -> {
            hub.sleep(Duration.ofSeconds(10));
            return "late";
        });
        assertThatThrownBy(() -> greenlet.get(SHORT))
                .isInstanceOf(TimeoutException.class)
                .hasMessage(greenlet + " has not ended after 0.01s");
        assertThatThrownBy(() -> greenlet.get(Duration.ZERO)).isInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> greenlet.get(10, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> greenlet.get(-1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
        assertThatCode(() -> assertThat(greenlet.get(10, TimeUnit.SECONDS)).isEqualTo("late")).doesNotThrowAnyException();
    }

    // ---- starting ----

    @HubTest
    void startingTwiceStartsOnce(Hub hub) {
        List<String> runs = new ArrayList<>();
        Greenlet<Void> greenlet = new Greenlet<>(hub, () -> {
            runs.add("run");
            return null;
        });
        greenlet.start();
        greenlet.start();
        greenlet.startLater(SHORT);
        greenlet.join();
        greenlet.start();
        greenlet.startLater(Duration.ZERO);
        hub.sleep(Duration.ofSeconds(1));
        assertThat(runs).hasSize(1);
        assertThat(hub.statistics().spawned()).isEqualTo(1);
    }

    @HubTest
    void theFirstTurnsComeInTheOrderOfTheStarts(Hub hub) {
        List<Integer> order = new ArrayList<>();
        List<Greenlet<?>> greenlets = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            greenlets.add(hub.spawn((Task) () -> order.add(number)));
        }
        assertThat(order).isEmpty();
        hub.joinAll(greenlets);
        assertThat(order).isSorted().hasSize(100);
    }

    @HubTest
    void delayedStartsComeAtTheirTimeAndEqualOnesInTheirOrder(Hub hub, VirtualClock clock) {
        List<String> order = new ArrayList<>();
        Greenlet<?> third = hub.spawnLater(Duration.ofSeconds(2), () -> order.add("third at " + clock.elapsed()));
        hub.spawnLater(Duration.ofSeconds(1), () -> order.add("first at " + clock.elapsed()));
        hub.spawnLater(Duration.ofSeconds(1), () -> order.add("second at " + clock.elapsed()));
        assertThat(third.started()).isTrue();
        assertThat(third.phase()).isEqualTo(Greenlet.Phase.SCHEDULED);
        third.join();
        assertThat(order).containsExactly("first at PT1S", "second at PT1S", "third at PT2S");
    }

    @HubTest
    @DisplayName("B-HUB-19: what a greenlet has spawned runs although its spawner has ended")
    void whatWasSpawnedOutlivesItsSpawner(Hub hub) {
        List<String> ran = new ArrayList<>();
        hub.spawn((Task) () -> hub.spawn((Task) () -> ran.add("inner")));
        hub.sleep(SHORT);
        assertThat(ran).containsExactly("inner");
    }

    @HubTest
    void aGreenletRunsOnItsHubsThreadAndKnowsWhoItIs(Hub hub) throws Exception {
        Greenlet<?>[] self = new Greenlet<?>[1];
        Greenlet<Hub> greenlet = hub.spawn(() -> {
            self[0] = Greenlet.current();
            assertThat(Thread.currentThread()).isSameAs(Greenlet.current().thread());
            return Hub.current();
        });
        assertThat(greenlet.get()).isSameAs(hub);
        assertThat(self[0]).isSameAs(greenlet);
        assertThat(Greenlet.current()).isSameAs(hub.main());
        assertThat(greenlet.hub()).isSameAs(hub);
        assertThat(hub.main().thread()).isSameAs(Thread.currentThread()).isSameAs(hub.thread());
    }

    @HubTest
    void aHubIsAnExecutor(Hub hub) {
        List<String> ran = new ArrayList<>();
        hub.execute(() -> ran.add("one"));
        hub.execute(() -> ran.add("two"));
        hub.yieldNow();
        assertThat(ran).containsExactly("one", "two");
    }

    // ---- as a Future ----

    @HubTest
    void cancellingEndsItAndItsGetSaysSo(Hub hub) throws Exception {
        Greenlet<String> sleeping = hub.spawn(() -> {
            hub.sleep(Duration.ofSeconds(10));
            return "slept";
        });
        hub.yieldNow();
        assertThat(sleeping.cancel(false)).isFalse(); // it has begun
        assertThat(sleeping.cancel(true)).isTrue();
        assertThatThrownBy(sleeping::get).isInstanceOf(CancellationException.class).hasMessage(sleeping + " was cancelled");
        assertThat(sleeping.isCancelled()).isTrue();
        assertThat(sleeping.isDone()).isTrue();
        assertThat(sleeping.cancel(true)).isFalse();

        Greenlet<String> scheduled = hub.spawn(() -> "ran");
        assertThat(scheduled.cancel(false)).isTrue();
        scheduled.join();
        assertThat(scheduled.isCancelled()).isTrue();
        assertThat(scheduled.value()).isNull();

        Greenlet<String> stubborn = hub.spawn(() -> {
            try {
                hub.sleep(Duration.ofSeconds(10));
                return "slept";
            } catch (dev.jevent.GreenletExit e) {
                return "stayed";
            }
        });
        hub.yieldNow();
        stubborn.cancel(true);
        assertThat(stubborn.get()).isEqualTo("stayed");
        assertThat(stubborn.isCancelled()).isFalse();
    }

    @HubTest
    void anInterruptEndsGetAsTheContractOfFutureHasIt(Hub hub) throws Exception {
        Flag never = new Flag();
        Greenlet<Void> waited = hub.spawn(() -> never.await());
        Greenlet<String> waiting = hub.spawn(() -> {
            try {
                waited.get();
                return "ended";
            } catch (InterruptedException e) {
                return "interrupted";
            }
        });
        hub.yieldNow();
        waiting.thread().interrupt();
        assertThat(waiting.get()).isEqualTo("interrupted");
        waited.kill();
    }
}
