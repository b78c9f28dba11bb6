package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.BlockingSwitchOutException;
import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.Loop;
import dev.jevent.Pollable;
import dev.jevent.ProviderException;
import dev.jevent.Result;
import dev.jevent.Settings;
import dev.jevent.Task;
import dev.jevent.Waitable;
import dev.jevent.Watcher;
import dev.jevent.spi.Availability;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong threads, wrong places, wrong values: refused at once, in words that help, and nothing is broken by them. */
class BadInputTest {
    private static final Duration SHORT = Duration.ofMillis(10);

    private record Use(String name, Use.OfHub use) {
        interface OfHub {
            void of(Hub hub) throws Exception;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    // ---- the wrong thread ----

    /** What only the hub's own thread may call. */
    static Stream<Use> confined() {
        return Stream.of(
                new Use("sleep", hub -> hub.sleep(SHORT)),
                new Use("sleep without ref", hub -> hub.sleep(SHORT, false)),
                new Use("yieldNow", Hub::yieldNow),
                new Use("idle", hub -> hub.idle(0)),
                new Use("join", Hub::join),
                new Use("join with a timeout", hub -> hub.join(SHORT)),
                new Use("waitAll", hub -> hub.waitAll(List.of(new Flag()))),
                new Use("waitAny", hub -> hub.waitAny(List.of(new Flag()))),
                new Use("iwait", hub -> hub.iwait(List.of(new Flag()), null).close()),
                new Use("joinAllOrThrow", hub -> hub.joinAllOrThrow(List.<Greenlet<?>>of())),
                new Use("greenlets", Hub::greenlets),
                new Use("resolver", Hub::resolver),
                new Use("threadPool", Hub::threadPool),
                new Use("set the resolver", hub -> hub.resolver(null)),
                new Use("set the pool", hub -> hub.threadPool(null)),
                new Use("close", Hub::close),
                new Use("loop().runCallback", hub -> hub.loop().runCallback(() -> {})),
                new Use("loop().timer", hub -> hub.loop().timer(SHORT)),
                new Use("loop().run", hub -> hub.loop().run()),
                new Use("loop().close", hub -> hub.loop().close()));
    }

    @OnHub
    @ParameterizedTest(name = "{0}")
    @MethodSource("confined")
    void aForeignThreadIsRefusedAndTheMessageNamesBoth(Use use, Hub hub) throws Exception {
        Thread mine = Thread.currentThread();
        for (boolean virtual : new boolean[] {false, true}) {
            Throwable[] thrown = new Throwable[1];
            Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
            Thread foreign = builder.name("the foreign one").start(() -> {
                try {
                    use.use().of(hub);
                } catch (Throwable t) {
                    thrown[0] = t;
                }
            });
            foreign.join();
            assertThat(thrown[0])
                    .isInstanceOf(WrongThreadException.class)
                    .hasMessageContaining(mine.toString())
                    .hasMessageContaining("the foreign one");
        }
        assertThat(hub.spawn(() -> 42).get()).isEqualTo(42);
    }

    @OnHub
    @ParameterizedTest(name = "{0}")
    @MethodSource("confined")
    void aGreenletOfAnotherHubIsRefused(Use use, Hub hub) throws Exception {
        OwnThread.run(() -> {
            try (Hub other = Hub.current()) {
                Greenlet<Void> foreign = other.spawn((Task) () -> assertThatThrownBy(() -> use.use().of(hub))
                        .isInstanceOf(WrongThreadException.class)
                        .hasMessageContaining(hub.thread().toString()));
                foreign.join();
                assertThat(foreign.exception()).isNull();
            }
        });
    }

    @Test
    void aVirtualThreadOfNoHubCannotOwnOne() throws Exception {
        Throwable[] thrown = new Throwable[2];
        Thread virtual = Thread.ofVirtual().name("homeless").start(() -> {
            assertThat(Hub.ifExists()).isNull();
            try {
                Hub.current();
            } catch (Throwable t) {
                thrown[0] = t;
            }
            try {
                LoopHub.open(Environment.system(), Settings.process(), null);
            } catch (Throwable t) {
                thrown[1] = t;
            }
        });
        virtual.join();
        assertThat(thrown[0]).isInstanceOf(WrongThreadException.class).hasMessageContaining("homeless").hasMessageContaining(
                "call Jevent.run, or spawn, on a platform thread");
        assertThat(thrown[1]).isInstanceOf(WrongThreadException.class).hasMessageContaining("only a platform thread can own a hub");
    }

    // ---- the wrong place ----

    /** What waits. */
    static Stream<Use> waiting() {
        return Stream.of(
                new Use("sleep", hub -> hub.sleep(SHORT)),
                new Use("sleep for nothing", hub -> hub.sleep(Duration.ZERO)),
                new Use("yieldNow", Hub::yieldNow),
                new Use("idle", hub -> hub.idle(0)),
                new Use("waitAll", hub -> hub.waitAll(List.of(new Flag()))),
                new Use("Greenlet.join", hub -> new Greenlet<>(hub, () -> 1).join()),
                new Use("Greenlet.get", hub -> new Greenlet<>(hub, () -> 1).get()),
                new Use("Greenlet.kill", hub -> hub.greenlets().getFirst().kill()),
                new Use("await a watcher", hub -> {
                    try (Watcher watcher = hub.loop().async()) {
                        hub.await(watcher);
                    }
                }),
                new Use("Jevent.run", hub -> Jevent.run(() -> {})));
    }

    @OnHub
    @ParameterizedTest(name = "{0}")
    @MethodSource("waiting")
    void aCallbackThatWaitsIsRefusedAndTheLoopGoesOn(Use use, Hub hub, Errors errors) throws Exception {
        errors.expect(BlockingSwitchOutException.class);
        Greenlet<Void> victim = hub.spawn(() -> hub.sleep(Duration.ofSeconds(1)));
        hub.yieldNow();
        hub.loop().runCallback(() -> {
            try {
                use.use().of(hub);
            } catch (Exception e) {
                throw BadInputTest.<RuntimeException>sneaky(e);
            }
        });
        hub.sleep(SHORT);
        assertThat(errors.reported()).hasSize(1);
        assertThat(hub.spawn(() -> 42).get()).isEqualTo(42);
        victim.kill();
    }

    @HubTest
    void mainCannotWaitInTheMiddleOfATurnEither(Hub hub, Errors errors) {
        errors.expect(BlockingSwitchOutException.class);
        hub.loop().runCallback((dev.jevent.spi.CarrierCallback) () -> hub.sleep(SHORT));
        hub.sleep(SHORT);
        assertThat(errors.reported().getFirst().error()).hasMessageContaining("on the hub's bare thread");
    }

    @HubTest
    void theHubCannotBeClosedByAGreenletOrACallback(Hub hub, Errors errors) {
        errors.expect(BlockingSwitchOutException.class, 2);
        Greenlet<Void> greenlet = hub.spawn(() -> hub.close());
        greenlet.join();
        assertThat(greenlet.exception()).hasMessage(hub + " can be closed by its main only, not by " + greenlet);
        hub.loop().runCallback(hub::close);
        hub.yieldNow();
        assertThat(hub.isClosed()).isFalse();
    }

    @HubTest
    void theLoopCannotBeRunInAGreenlet(Hub hub, Errors errors) {
        errors.expect(IllegalStateException.class);
        Greenlet<Void> greenlet = hub.spawn((Task) () -> hub.loop().run());
        greenlet.join();
        assertThat(greenlet.exception()).hasMessageContaining("runs already");
    }

    // ---- the wrong value ----

    /** What takes a duration. */
    private static List<Use.OfHub> withDuration(Duration duration) {
        return List.of(
                hub -> hub.sleep(duration),
                hub -> hub.spawnLater(duration, () -> 1).killLater(),
                hub -> hub.spawnLater(duration, () -> {}).killLater(),
                hub -> new Greenlet<>(() -> 1).startLater(duration),
                hub -> hub.join(duration),
                hub -> new Greenlet<>(() -> 1).join(duration),
                hub -> new Greenlet<>(() -> 1).get(duration),
                hub -> new Greenlet<>(() -> 1).kill(new GreenletExit(), duration),
                hub -> hub.waitAll(List.<Waitable>of(), duration),
                hub -> hub.joinAll(List.<Greenlet<?>>of(), duration),
                hub -> hub.iwait(List.<Waitable>of(), duration).close(),
                hub -> hub.await(hub.loop().async(), duration),
                hub -> hub.loop().timer(duration),
                hub -> hub.loop().timer(SHORT, duration));
    }

    @HubTest
    void negativeDurationsAreRefusedByName(Hub hub) {
        for (Use.OfHub use : withDuration(Duration.ofNanos(-1))) {
            assertThatThrownBy(() -> use.of(hub))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching("(duration|delay|timeout|after|repeat): PT-0\\.000000001S \\(expected: >= 0\\)");
        }
        assertThatThrownBy(() -> Durations.nanos("patience", Duration.ofSeconds(Long.MIN_VALUE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("patience: ");
        assertThat(hub.statistics().spawned()).isZero();
    }

    @HubTest
    void absentDurationsAreRefusedByName(Hub hub) {
        assertThatThrownBy(() -> hub.sleep(null)).isInstanceOf(NullPointerException.class).hasMessage("duration");
        assertThatThrownBy(() -> hub.spawnLater(null, () -> 1)).isInstanceOf(NullPointerException.class).hasMessage("delay");
        assertThatThrownBy(() -> new Greenlet<>(() -> 1).join(null)).hasMessage("timeout");
        assertThatThrownBy(() -> hub.join(null)).hasMessage("timeout");
    }

    @HubTest
    void durationsBeyondWhatALongHoldsAreForEver(Hub hub, VirtualClock clock) {
        Duration endless = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
        assertThat(Durations.nanos("timeout", endless)).isEqualTo(Long.MAX_VALUE);
        List<Greenlet<?>> greenlets = new ArrayList<>();
        greenlets.add(hub.spawn(() -> hub.sleep(endless)));
        greenlets.add(hub.spawn(() -> hub.sleep(Duration.ofNanos(Long.MAX_VALUE))));
        greenlets.add(hub.spawnLater(endless, () -> {}));
        greenlets.add(hub.spawn((Task) () -> new Flag().await(Long.MAX_VALUE)));
        greenlets.add(hub.spawn((Task) () -> hub.await(hub.loop().async(), endless)));
        hub.sleep(Duration.ofDays(365 * 200));
        assertThat(greenlets).noneMatch(Greenlet::dead);
        assertThat(hub.joinAll(greenlets, SHORT)).isEmpty();
        hub.killAll(greenlets);
        assertThat(clock.elapsed()).isGreaterThan(Duration.ofDays(365 * 200));
    }

    @HubTest
    void durationsAreToldAsPeopleSayThem() {
        assertThat(Durations.text(Duration.ofSeconds(90))).isEqualTo("1m30s");
        assertThat(Durations.text(Duration.ofMillis(250))).isEqualTo("0.25s");
        assertThat(Durations.text(Duration.ZERO)).isEqualTo("0s");
    }

    @HubTest
    void prioritiesOutsideOfTheScaleAreRefused(Hub hub) {
        assertThatThrownBy(() -> hub.idle(3)).isInstanceOf(IllegalArgumentException.class).hasMessage("priority: 3 (expected: -2 to 2)");
        assertThat(hub.statistics().loop().active()).isZero();
    }

    @HubTest
    void pollablesAreChecked() {
        assertThatThrownBy(() -> Pollable.of(-1)).isInstanceOf(IllegalArgumentException.class).hasMessage("descriptor: -1 (expected: >= 0)");
        assertThatThrownBy(() -> Pollable.of(null)).isInstanceOf(NullPointerException.class).hasMessage("channel");
    }

    // ---- loops that cannot be had ----

    private abstract static class BrokenProvider implements LoopProvider {
        @Override
        public String name() {
            return "broken";
        }

        @Override
        public Availability availability() {
            return Availability.yes();
        }

        @Override
        public int rank() {
            return 0;
        }
    }

    @Test
    void aLoopThatCannotBeMadeLeavesTheThreadWithoutAHub() throws Exception {
        OwnThread.run(() -> {
            for (Throwable defect : List.of(
                    new IllegalStateException("no descriptors left"), new UnsatisfiedLinkError("no libev"), new StackOverflowError())) {
                LoopProvider provider = new BrokenProvider() {
                    @Override
                    public HubLoop create(Environment environment, Settings settings) {
                        throw BadInputTest.<RuntimeException>sneaky(defect);
                    }
                };
                assertThatThrownBy(() -> LoopHub.open(Environment.system(), Settings.process(), provider))
                        .satisfies(thrown -> assertThat(thrown instanceof ProviderException ? thrown.getCause() : thrown)
                                .isSameAs(defect));
                assertThat(Hub.ifExists()).isNull();
            }
            try (Hub hub = Hub.current()) {
                assertThat(hub.spawn(() -> 42).get()).isEqualTo(42);
            }
        });
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException sneaky(Throwable error) throws T {
        throw (T) error;
    }

    @Test
    void aLoopThatRefusesItsHubIsClosed() throws Exception {
        OwnThread.run(() -> {
            Loop[] made = new Loop[1];
            LoopProvider real = ProviderChooser.loop(Settings.process());
            LoopProvider provider = new BrokenProvider() {
                @Override
                public HubLoop create(Environment environment, Settings settings) {
                    HubLoop loop = real.create(environment, settings);
                    loop.host(new NoHost()); // so that the hub is the second
                    made[0] = loop;
                    return loop;
                }
            };
            assertThatThrownBy(() -> LoopHub.open(Environment.system(), Settings.process(), provider))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has a host already");
            assertThat(made[0].isClosed()).isTrue();
            assertThat(Hub.ifExists()).isNull();
        });
    }

    private static final class NoHost implements dev.jevent.spi.LoopHost {
        @Override
        public void call(Object context, Runnable callback, dev.jevent.spi.CarrierCallback onFailure) {
            throw new AssertionError();
        }

        @Override
        public void failed(Object context, Throwable error) {
            throw new AssertionError(error);
        }

        @Override
        public void orphaned(Runnable task) {
            throw new AssertionError();
        }

        @Override
        public boolean isCurrent() {
            return false;
        }
    }

    // ---- what other threads may do ----

    @HubTest(virtualTime = false)
    void whatAnyThreadMayCallWorksFromAThreadWithoutAHub(Hub hub) throws Exception {
        List<Object> results = new ArrayList<>();
        OwnThread.Running other;
        try (Hub.Hold hold = hub.hold()) {
            Hub.Hold until = hub.hold();
            other = OwnThread.start("other", () -> {
                Greenlet<String> spawned = hub.spawn(() -> {
                    hub.sleep(Duration.ofMillis(1));
                    return Thread.currentThread().isVirtual() + " " + (Hub.current() == hub);
                });
                results.add(spawned.get());
                results.add(spawned.get(1, TimeUnit.SECONDS));
                Greenlet<Void> endless = hub.spawn(() -> new Flag().await());
                endless.kill();
                results.add(endless.exit() != null);
                Greenlet<Integer> unstarted = new Greenlet<>(hub, () -> 1);
                results.add(unstarted.join(Duration.ofMillis(1)));
                unstarted.kill();
                results.add(unstarted.dead());
                results.add(hub.spawnLater(Duration.ofMillis(1), () -> 2).get());
                Result<Integer> cancelled = hub.spawnLater(Duration.ofSeconds(60), () -> 3);
                results.add(cancelled.cancel(true));
                cancelled.join();
                results.add(cancelled.isCancelled());
                hub.execute(() -> results.add("executed"));
                CountDownLatch raw = new CountDownLatch(1);
                hub.spawnRaw(() -> {
                    results.add("raw");
                    raw.countDown();
                });
                raw.await();
                results.add(hub.isCurrent() + " " + hub.isClosed() + " " + hub.thread().isAlive());
                results.add(Hub.ifExists());
                until.close();
            });
            while (hub.statistics().holds() > 1) {
                hub.sleep(Duration.ofMillis(1));
            }
        }
        other.await();
        assertThat(results).containsExactly(
                "true true", "true true", true, false, true, 2, true, true, "executed", "raw", "false false true", null);
    }
}
