package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.Settings;
import dev.jevent.Task;
import dev.jevent.spi.Environment;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Names, numbers, text forms, and who was spawned by whom. */
class SpawnTreeTest {
    @HubTest
    @DisplayName("B-TRE-01: the first two that are asked for their number have 0 and 1, and keep them")
    void theFirstTwoAskedHaveZeroAndOne(Hub hub) {
        Greenlet<Void> one = hub.spawn(() -> hub.sleep(Duration.ofSeconds(1)));
        Greenlet<Void> two = hub.spawn(() -> hub.sleep(Duration.ofSeconds(1)));
        assertThat(one.ident()).isZero();
        assertThat(two.ident()).isEqualTo(1);
        assertThat(one.ident()).isZero();
        assertThat(two.ident()).isEqualTo(1);
        hub.killAll(List.of(one, two));
    }

    @HubTest
    @DisplayName("B-TRE-03: with at most three alive at once, no number is ever above 3")
    void numbersAreUsedAgain(Hub hub) {
        List<Greenlet<?>> alive = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Greenlet<Void> greenlet = hub.spawn(() -> hub.sleep(Duration.ofDays(1)));
            hub.yieldNow();
            alive.add(greenlet);
            assertThat(greenlet.ident()).isBetween(0, 3);
            if (alive.size() == 3) {
                alive.removeFirst().kill();
            }
        }
        hub.killAll(alive);
    }

    @HubTest
    void theNumberOfOneThatIsAskedOnlyAfterItsEndIsFreeAtOnce(Hub hub) {
        for (int i = 0; i < 3; i++) {
            Greenlet<Integer> ended = hub.spawn(() -> 1);
            ended.join();
            assertThat(ended.ident()).isZero();
        }
        assertThat(hub.spawn(() -> Greenlet.current().ident()).join(Duration.ofSeconds(1))).isTrue();
    }

    @HubTest
    @DisplayName("B-TRE-04: greenlets, main and hubs have numbers from 0")
    void everybodyHasANumber(Hub hub) {
        assertThat(hub.spawn(() -> 1).ident()).isNotNegative();
        assertThat(hub.main().ident()).isNotNegative();
        assertThat(hub.ident()).isNotNegative();
    }

    @HubTest
    @DisplayName("B-TRE-06: the text form is the same before and after, names the body, and the name once that was asked for or set")
    void theTextFormIsTheSameBeforeAndAfter(Hub hub) {
        Greenlet<Integer> unnamed = hub.spawn(() -> 1);
        String before = unnamed.toString();
        assertThat(before).matches("<Greenlet at 0x[0-9a-f]+: SpawnTreeTest lambda>");
        unnamed.join();
        assertThat(unnamed).hasToString(before);

        Greenlet<Void> task = hub.spawn((Task) () -> {});
        assertThat(task.name()).matches("Greenlet-\\d+");
        assertThat(task.toString()).matches("<Greenlet \"Greenlet-\\d+\" at 0x[0-9a-f]+: SpawnTreeTest lambda>");

        Greenlet<Integer> named = hub.spawn(new Answer());
        named.name("deep thought");
        assertThat(named.toString()).matches("<Greenlet \"deep thought\" at 0x[0-9a-f]+: SpawnTreeTest\\$Answer>");
        assertThat(named.thread().getName()).isEqualTo("deep thought");
        assertThat(named.name()).isEqualTo("deep thought");
        hub.joinAll(List.of(task, named));
        assertThat(named.toString()).contains("deep thought").contains("SpawnTreeTest$Answer");
    }

    private static final class Answer implements Callable<Integer> {
        @Override
        public Integer call() {
            return 42;
        }
    }

    private static final class Worker extends Greenlet<Void> {
        @Override
        protected Void run() {
            return null;
        }
    }

    @HubTest
    @DisplayName("B-TRE-07: a subclass is named by its class")
    void aSubclassIsNamedByItsClass() {
        Worker worker = new Worker();
        assertThat(worker.toString()).matches("<SpawnTreeTest\\$Worker at 0x[0-9a-f]+>");
        worker.start();
        worker.join();
        assertThat(worker.toString()).matches("<SpawnTreeTest\\$Worker at 0x[0-9a-f]+>");
    }

    @HubTest
    void withoutTrackingNothingIsRecorded(Hub hub) {
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        assertThat(greenlet.spawningGreenlet()).isNull();
        assertThat(greenlet.spawnTreeLocals()).isEmpty();
        assertThat(greenlet.spawningStack()).isEmpty();
    }

    private static void tracked(Task body) throws Exception {
        Settings settings = Settings.process().with(Settings.TRACK_GREENLET_TREE, true);
        OwnThread.run(() -> {
            try (Hub hub = LoopHub.open(Environment.system(), settings, null)) {
                hub.name("tracked");
                body.run();
            }
        });
    }

    @Test
    @DisplayName("B-TRE-09: a child names its maker and shares its maker's values; those of main begin a tree each")
    void aChildSharesTheValuesOfItsMaker() throws Exception {
        tracked(() -> {
            Hub hub = Hub.current();
            List<Map<Object, Object>> seen = new ArrayList<>();
            List<Greenlet<?>> makers = new ArrayList<>();
            Greenlet<Void> parent = hub.spawn((Task) () -> {
                Greenlet.current().spawnTreeLocals().put("key", "value");
                hub.spawn((Task) () -> {
                    seen.add(Greenlet.current().spawnTreeLocals());
                    makers.add(Greenlet.current().spawningGreenlet());
                });
                hub.spawnRaw(() -> {
                    seen.add(Greenlet.current().spawnTreeLocals());
                    makers.add(Greenlet.current().spawningGreenlet());
                });
            });
            hub.sleep(Duration.ofMillis(1));
            assertThat(parent.spawningGreenlet()).isSameAs(hub.main());
            assertThat(makers).containsExactly(parent, parent);
            assertThat(seen).containsExactly(Map.of("key", "value"), Map.of("key", "value"));
            assertThat(seen.get(0)).isSameAs(parent.spawnTreeLocals());
            Greenlet<Integer> other = hub.spawn(() -> 1);
            assertThat(other.spawnTreeLocals()).isEmpty();
            assertThat(other.spawnTreeLocals()).isNotSameAs(parent.spawnTreeLocals());
            other.join();
        });
    }

    @Test
    void childrenOfCallbacksAndOfOtherThreadsBeginATreeOfTheirOwn() throws Exception {
        tracked(() -> {
            Hub hub = Hub.current();
            AtomicReference<Greenlet<?>> ofCallback = new AtomicReference<>();
            hub.loop().runCallback(() -> ofCallback.set(hub.spawn((Task) () -> Greenlet.current().spawnTreeLocals().put(1, 1))));
            hub.sleep(Duration.ofMillis(1));
            assertThat(ofCallback.get().spawnTreeLocals()).isEqualTo(Map.of(1, 1));
            assertThat(ofCallback.get().exception()).isNull();

            AtomicReference<Greenlet<?>> ofThread = new AtomicReference<>();
            Thread thread = new Thread(() ->
                    ofThread.set(hub.spawn((Task) () -> Greenlet.current().spawnTreeLocals().put(2, 2))));
            try (Hub.Hold hold = hub.hold()) {
                thread.start();
                Eventually.untilOnHub("spawned", () -> ofThread.get() != null && ofThread.get().dead());
            }
            assertThat(ofThread.get().spawnTreeLocals()).isEqualTo(Map.of(2, 2));
            assertThat(ofThread.get().spawningGreenlet()).isNull();
        });
    }

    @HubTest
    @DisplayName("B-TRE-10: spawn callbacks are told of each start once, before it runs; when removed no more")
    void spawnCallbacksAreToldOfEachStartOnce(Hub hub, Errors errors) {
        List<Greenlet<?>> told = new ArrayList<>();
        Consumer<Greenlet<?>> callback = greenlet -> {
            if (greenlet.hub() == hub) {
                assertThat(greenlet.phase()).isEqualTo(Greenlet.Phase.SCHEDULED);
                told.add(greenlet);
            }
        };
        Consumer<Greenlet<?>> failing = greenlet -> {
            if (greenlet.hub() == hub) {
                throw new IllegalStateException("of the callback");
            }
        };
        errors.expect(IllegalStateException.class, 3);
        Greenlet.addSpawnCallback(failing);
        Greenlet.addSpawnCallback(callback);
        List<Greenlet<Integer>> started = new ArrayList<>();
        try {
            started.add(hub.spawn(() -> 1));
            started.add(hub.spawnLater(Duration.ofMillis(1), () -> 2));
            Greenlet<Integer> constructed = new Greenlet<>(() -> 3);
            assertThat(told).hasSize(2);
            constructed.start();
            constructed.start();
            started.add(constructed);
        } finally {
            Greenlet.removeSpawnCallback(callback);
            Greenlet.removeSpawnCallback(failing);
        }
        assertThat(told).isEqualTo(started);
        started.add(hub.spawn(() -> 4));
        assertThat(hub.joinAll(started)).hasSize(4).extracting(Greenlet::value).containsExactlyInAnyOrder(1, 2, 3, 4);
        assertThat(told).hasSize(3);
    }

    @Test
    void twoThreadsThatAskAtOnceGetTheSameThreadNameAndNumber() throws Exception {
        OwnThread.run(() -> {
            try (Hub hub = Hub.current()) {
                for (int i = 0; i < 500; i++) {
                    Greenlet<Integer> greenlet = new Greenlet<>(hub, () -> 7);
                    Thread other = new Thread(() -> {
                        greenlet.name();
                        greenlet.thread().setName("named");
                    });
                    other.start();
                    greenlet.start();
                    String name = greenlet.name();
                    assertThat(greenlet.get()).isEqualTo(7); // never, if resumed on another thread than started
                    other.join();
                    assertThat(greenlet.name()).isEqualTo(name);
                }
                assertThat(hub.spawn(() -> 1).ident()).isZero();
            }
        });
    }
}
