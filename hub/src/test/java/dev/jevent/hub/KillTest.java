package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import dev.jevent.testkit.OnHub;

class KillTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(10);

    private record Named<T>(String name, T value) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Named<Function<Greenlet.Scope<Void, Void, Exception>, Greenlet<Void>>>> unbegun() {
        return List.of(
                new Named<>("constructed", body -> greenlet(body)),
                new Named<>("started", body -> {
                    Greenlet<Void> greenlet = greenlet(body);
                    greenlet.start();
                    return greenlet;
                }),
                new Named<>("scheduled for later", body -> {
                    Greenlet<Void> greenlet = greenlet(body);
                    greenlet.startLater(SHORT);
                    return greenlet;
                }));
    }

    private static Greenlet<Void> greenlet(Greenlet.Scope<Void, Void, Exception> body) {
        return new Greenlet<>(() -> body.call(null));
    }

    static Stream<org.junit.jupiter.params.provider.Arguments> unbegunAndKills() {
        List<Named<Consumer<Greenlet<?>>>> kills = List.of(
                new Named<>("kill()", Greenlet::kill),
                new Named<>("killLater()", Greenlet::killLater),
                new Named<>("kill with a timeout", greenlet -> greenlet.kill(new GreenletExit(), LONG)),
                new Named<>("killAll", greenlet -> Hub.current().killAll(List.of(greenlet))),
                new Named<>("killAllLater", greenlet -> Hub.current().killAllLater(List.of(greenlet), new GreenletExit())));
        return unbegun().stream().flatMap(one -> kills.stream()
                .map(kill -> org.junit.jupiter.params.provider.Arguments.of(one, kill)));
    }

    @OnHub
    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("unbegunAndKills")
    @DisplayName("B-KIL-01: one that is killed before its first turn never runs, and counts as a success without value")
    void oneThatIsKilledBeforeItsFirstTurnNeverRuns(
            Named<Function<Greenlet.Scope<Void, Void, Exception>, Greenlet<Void>>> unbegun, Named<Consumer<Greenlet<?>>> kill)
            throws Exception {
        List<String> ran = new ArrayList<>();
        Greenlet<Void> greenlet = unbegun.value().apply(none -> {
            ran.add("ran");
            return null;
        });
        kill.value().accept(greenlet);
        Hub.current().yieldNow();
        for (int i = 0; i < 2; i++) {
            assertThat(greenlet.dead()).isTrue();
            assertThat(greenlet.ready()).isTrue();
            assertThat(greenlet.successful()).isTrue();
            assertThat(greenlet.value()).isNull();
            assertThat(greenlet.get()).isNull();
            assertThat(greenlet.exit()).isNotNull();
            assertThat(greenlet.exception()).isNull();
            Hub.current().sleep(LONG);
            kill.value().accept(greenlet);
        }
        greenlet.start();
        Hub.current().sleep(LONG);
        assertThat(ran).isEmpty();
        assertThat(Hub.current().greenlets()).isEmpty();
    }

    @HubTest
    @DisplayName("B-KIL-03: a kill without an error is refused at once, and kills nobody")
    void aKillWithoutAnErrorIsRefused(Hub hub) {
        Greenlet<String> greenlet = hub.spawn(() -> "ran");
        assertThatThrownBy(() -> greenlet.kill(null)).isInstanceOf(NullPointerException.class).hasMessage("error");
        assertThatThrownBy(() -> greenlet.kill(null, SHORT)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> greenlet.killLater(null)).isInstanceOf(NullPointerException.class);
        greenlet.join();
        assertThat(greenlet.value()).isEqualTo("ran");
    }

    @HubTest
    void anUnbegunOneKilledWithAnotherErrorHasFailedAndIsReportedOnce(Hub hub, Errors errors) {
        IOException error = new IOException("no");
        Greenlet<String> greenlet = hub.spawn(() -> "ran");
        greenlet.kill(error);
        assertThat(greenlet.successful()).isFalse();
        assertThat(greenlet.exception()).isSameAs(error);
        hub.yieldNow();
        assertThat(errors.reported()).hasSize(1);
        errors.expect(IOException.class);
    }

    @HubTest
    @DisplayName("B-KIL-04: two that were spawned and never ran, killed without waiting: a joinAll returns them, ended")
    void twoThatNeverRanAndWereKilledWithoutWaitingAreJoined(Hub hub) {
        List<String> ran = new ArrayList<>();
        Greenlet<Void> one = hub.spawn((Task) () -> ran.add("one"));
        Greenlet<Void> two = hub.spawn((Task) () -> ran.add("two"));
        one.killLater();
        hub.killAllLater(List.of(two), new GreenletExit());
        assertThat(hub.joinAll(List.of(one, two))).containsExactlyInAnyOrder(one, two);
        assertThat(ran).isEmpty();
        assertThat(one.exit()).isNotNull();
        assertThat(two.exit()).isNotNull();
        assertThat(one.exception()).isNull();
    }

    @HubTest
    @DisplayName("B-KIL-06: killed in its sleep, it counts as a success; get() returns null, exit() what killed it")
    void killedInItsSleepItCountsAsASuccess(Hub hub) throws Exception {
        Greenlet<String> greenlet = hub.spawn(() -> {
            hub.sleep(LONG);
            return "slept";
        });
        hub.yieldNow();
        GreenletExit exit = new GreenletExit("enough");
        greenlet.kill(exit);
        assertThat(greenlet.dead()).isTrue();
        assertThat(greenlet.successful()).isTrue();
        assertThat(greenlet.get()).isNull();
        assertThat(greenlet.exit()).isSameAs(exit);
        assertThat(greenlet.exception()).isNull();
    }

    @OnHub
    @ParameterizedTest(name = "begun: {0}")
    @org.junit.jupiter.params.provider.ValueSource(booleans = {false, true})
    @DisplayName("B-KIL-07: killed with another error, it has failed with that")
    void killedWithAnotherErrorItHasFailedWithThat(boolean begun, Hub hub, Errors errors) {
        errors.expect(IOException.class);
        Greenlet<Void> greenlet = hub.spawn(() -> hub.sleep(LONG));
        if (begun) {
            hub.yieldNow();
        }
        IOException error = new IOException("killed");
        greenlet.kill(error);
        assertThat(greenlet.successful()).isFalse();
        assertThatThrownBy(greenlet::get).isInstanceOf(ExecutionException.class).cause().isSameAs(error);
        assertThat(greenlet.value()).isNull();
    }

    @HubTest
    @DisplayName("B-KIL-10: two that answer their kill by sleeping on, not yet begun: killAll ends both at once")
    void unbegunOnesThatWouldSleepOnAreEndedAtOnce(Hub hub, VirtualClock clock) {
        List<Greenlet<Void>> greenlets = List.of(sleepingOn(hub), sleepingOn(hub));
        assertThat(hub.killAll(greenlets, new GreenletExit(), Duration.ofMillis(500))).isTrue();
        assertThat(greenlets).allMatch(Greenlet::dead);
        assertThat(clock.elapsed()).isZero();
    }

    @HubTest
    void begunOnesThatSleepOnExceedTheTimeOfKillAllWhichSaysSo(Hub hub, VirtualClock clock) {
        List<Greenlet<Void>> greenlets = List.of(sleepingOn(hub), sleepingOn(hub));
        hub.yieldNow();
        assertThat(hub.killAll(greenlets, new GreenletExit(), Duration.ofMillis(500))).isFalse();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofMillis(500));
        hub.joinAll(greenlets);
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(1));
    }

    private static Greenlet<Void> sleepingOn(Hub hub) {
        return hub.spawn((Task) () -> {
            try {
                hub.sleep(LONG);
            } catch (GreenletExit e) {
                hub.sleep(Duration.ofSeconds(1));
            }
        });
    }

    @HubTest
    @DisplayName("B-KIL-12: a set is killed without waiting; all are dead after the time they need")
    void aSetIsKilledWithoutWaiting(Hub hub) {
        Set<Greenlet<Void>> greenlets = new HashSet<>(List.of(sleepingOn(hub), sleepingOn(hub)));
        hub.yieldNow();
        hub.killAllLater(greenlets, new GreenletExit());
        assertThat(greenlets).noneMatch(Greenlet::dead);
        hub.sleep(Duration.ofMillis(1500));
        assertThat(greenlets).allMatch(Greenlet::dead);
    }

    // ---- when it arrives ----

    @HubTest
    @DisplayName("O-KIL-01: one whose resumption is queued already goes on first, and gets the error at its next wait")
    void aQueuedResumptionComesBeforeTheKill(Hub hub) {
        List<String> log = new ArrayList<>();
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            try {
                hub.yieldNow();
                log.add("resumed");
                hub.yieldNow();
                log.add("resumed again");
            } catch (GreenletExit e) {
                log.add("killed");
                throw e;
            }
        });
        hub.yieldNow();
        greenlet.killLater();
        hub.yieldNow();
        assertThat(log).startsWith("resumed");
        greenlet.join();
        assertThat(log).containsExactly("resumed", "killed");
    }

    @HubTest
    @DisplayName("O-KIL-03: killing oneself throws right there, or at one's next wait if not to wait was asked for")
    void killingOneselfThrowsRightThereOrAtTheNextWait(Hub hub) {
        List<String> log = new ArrayList<>();
        Greenlet<Void> now = hub.spawn((Task) () -> {
            Greenlet.current().kill();
            log.add("not reached");
        });
        Greenlet<Void> bounded = hub.spawn((Task) () -> {
            Greenlet.current().kill(new GreenletExit(), LONG);
            log.add("not reached");
        });
        Greenlet<Void> later = hub.spawn((Task) () -> {
            Greenlet.current().killLater();
            log.add("went on");
            hub.sleep(LONG);
            log.add("not reached");
        });
        hub.joinAll(List.of(now, bounded, later));
        assertThat(log).containsExactly("went on");
        assertThat(now.exit()).isNotNull();
        assertThat(bounded.exit()).isNotNull();
        assertThat(later.exit()).isNotNull();
    }

    @HubTest
    @DisplayName("O-KIL-04: one that ignores kills outlives a kill with a timeout, which says so and throws nothing")
    void oneThatIgnoresKillsOutlivesAKillWithATimeout(Hub hub, VirtualClock clock) {
        Flag end = new Flag();
        List<Throwable> ignored = new ArrayList<>();
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            while (!end.ready()) {
                try {
                    end.await();
                } catch (GreenletExit e) {
                    ignored.add(e);
                }
            }
        });
        hub.yieldNow();
        assertThat(greenlet.kill(new GreenletExit(), SHORT)).isFalse();
        assertThat(clock.elapsed()).isEqualTo(SHORT);
        assertThat(greenlet.dead()).isFalse();
        assertThat(ignored).hasSize(1);
        end.set();
        greenlet.join();
        assertThat(greenlet.successful()).isTrue();
    }

    @HubTest
    void twoKillsDeliverTwoErrorsInTheirOrder(Hub hub) {
        List<Throwable> caught = new ArrayList<>();
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            for (int i = 0; i < 2; i++) {
                try {
                    hub.sleep(LONG);
                } catch (Error e) {
                    caught.add(e);
                }
            }
        });
        hub.yieldNow();
        Error one = new Error("one");
        Error two = new Error("two");
        greenlet.killLater(one);
        greenlet.killLater(two);
        greenlet.join();
        assertThat(caught).containsExactly(one, two);
    }

    @HubTest
    void aKillThatComesTooLateForAWakeUpLosesNothing(Hub hub) {
        Flag flag = new Flag();
        List<String> log = new ArrayList<>();
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            flag.await();
            log.add("got it");
            hub.sleep(LONG);
        });
        hub.yieldNow();
        flag.set();
        greenlet.kill();
        assertThat(log).containsExactly("got it");
        assertThat(greenlet.exit()).isNotNull();
    }

    @HubTest
    void theFinallyBlocksOfAKilledOneRunAndMayWait(Hub hub, VirtualClock clock) {
        List<String> log = new ArrayList<>();
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            try {
                hub.sleep(LONG);
            } finally {
                hub.sleep(SHORT);
                log.add("cleaned up at " + clock.elapsed().toMillis());
            }
        });
        hub.yieldNow();
        greenlet.kill();
        assertThat(log).containsExactly("cleaned up at 10");
    }

    @HubTest
    void catchingExceptionsDoesNotStopAKill(Hub hub) {
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            try {
                hub.sleep(LONG);
            } catch (Exception e) {
                hub.sleep(LONG);
            }
        });
        hub.yieldNow();
        greenlet.kill();
        assertThat(greenlet.exit()).isNotNull();
    }

    // ---- shielded parts ----

    @HubTest
    void aShieldedPartIsNotKilledButWhatFollowsIs(Hub hub, VirtualClock clock) {
        List<String> log = new ArrayList<>();
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            Greenlet.shielded(() -> {
                hub.sleep(SHORT);
                Greenlet.shielded(() -> {
                    hub.sleep(SHORT);
                    return null;
                });
                hub.sleep(SHORT);
                log.add("done at " + clock.elapsed().toMillis());
                return null;
            });
            log.add("outside");
            hub.yieldNow();
            log.add("not reached");
        });
        hub.yieldNow();
        greenlet.kill();
        assertThat(log).containsExactly("done at 30", "outside");
        assertThat(greenlet.exit()).isNotNull();
    }

    @HubTest
    void theBodyOfAShieldedPartThrowsAsItIs(Hub hub) {
        IOException failure = new IOException("inside");
        assertThatThrownBy(() -> Greenlet.shielded(() -> {
            throw failure;
        })).isSameAs(failure);
        hub.main().killLater(new IllegalStateException("the shield is gone"));
        assertThatThrownBy(() -> hub.sleep(LONG)).hasMessage("the shield is gone");
    }

    @HubTest
    void mainCanBeShieldedToo(Hub hub, VirtualClock clock) throws Exception {
        hub.spawn((Task) () -> hub.main().killLater(new IllegalStateException("killed")));
        Greenlet.shielded(() -> {
            hub.sleep(SHORT);
            return null;
        });
        assertThat(clock.elapsed()).isEqualTo(SHORT);
        assertThatThrownBy(hub::yieldNow).hasMessage("killed");
    }

    // ---- taking an error back ----

    @HubTest
    void anErrorThatWasNotDeliveredYetCanBeTakenBack(Hub hub) {
        Error error = new Error("taken back");
        Greenlet<String> greenlet = hub.spawn(() -> {
            hub.yieldNow();
            assertThat(Greenlet.current().takeBack(error)).isTrue();
            assertThat(Greenlet.current().takeBack(error)).isFalse();
            hub.sleep(SHORT);
            return "lives";
        });
        hub.yieldNow(); // its resumption is queued
        greenlet.killLater(error);
        greenlet.join();
        assertThat(greenlet.value()).isEqualTo("lives");
    }

    @HubTest
    void mainIsKilledAtItsWaitOrItsNext(Hub hub) {
        hub.main().killLater(new IllegalStateException("one"));
        assertThatThrownBy(() -> hub.sleep(LONG)).hasMessage("one");
        hub.spawn((Task) () -> hub.main().killLater(new IllegalStateException("two")));
        assertThatThrownBy(() -> hub.sleep(LONG)).hasMessage("two");
        assertThatThrownBy(() -> hub.main().kill(new IllegalStateException("three"))).hasMessage("three");
    }
}
