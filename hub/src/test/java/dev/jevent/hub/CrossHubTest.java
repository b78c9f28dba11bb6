package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.LoopExit;
import dev.jevent.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two hubs in two threads, and a thread without one. */
class CrossHubTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final CountDownLatch opened = new CountDownLatch(1);
    private final Flag end = new Flag("the end of the test");
    private volatile Hub other;
    private OwnThread.Running otherThread;

    @BeforeEach
    void openTheOther() throws Exception {
        otherThread = OwnThread.start("other", () -> {
            try (Hub hub = Hub.current()) {
                other = hub;
                opened.countDown();
                try (Hub.Hold hold = hub.hold()) {
                    end.await();
                }
            }
        });
        opened.await();
    }

    @AfterEach
    void closeTheOther() throws Exception {
        end.set();
        otherThread.await();
    }

    private static void onHub(Task body) throws Exception {
        OwnThread.run(() -> {
            try (Hub hub = Hub.current()) {
                body.run();
            }
        });
    }

    @Test
    void hubsThatHaveNothingLeftButEachOtherAllGetLoopExit() throws Exception {
        end.set();
        otherThread.await(); // it holds: somebody might wake it, and it us
        for (int round = 0; round < 20; round++) {
            Flag never = new Flag("godot");
            List<OwnThread.Running> waiting = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waiting.add(OwnThread.start("waits " + i, () -> {
                    try (Hub hub = Hub.current()) {
                        Greenlet<Void> too = hub.spawn(() -> never.await());
                        assertThatThrownBy(never::await).isInstanceOf(LoopExit.class).hasMessageContaining("godot");
                        too.kill();
                    }
                }));
            }
            for (OwnThread.Running each : waiting) {
                each.await();
            }
        }
    }

    @Test
    void hubsThatWakeEachOtherAreNeverTakenForStuck() throws Exception {
        end.set();
        otherThread.await();
        int hubs = 3;
        int rounds = 20_000;
        Flag[] turns = new Flag[hubs * rounds + 1];
        Arrays.setAll(turns, i -> new Flag("turn " + i));
        CountDownLatch open = new CountDownLatch(hubs);
        List<OwnThread.Running> players = new ArrayList<>();
        for (int player = 0; player < hubs; player++) {
            int first = player;
            players.add(OwnThread.start("player " + player, () -> {
                try (Hub hub = Hub.current()) {
                    open.countDown();
                    open.await(); // who came before the others were open would be alone
                    if (first == 0) {
                        turns[0].set();
                    }
                    for (int turn = first; turn < hubs * rounds; turn += hubs) {
                        turns[turn].await();
                        turns[turn + 1].set();
                    }
                }
            }));
        }
        for (OwnThread.Running player : players) {
            player.await();
        }
    }

    @Test
    void greenletsAreSpawnedJoinedAndKilledAcrossHubs() throws Exception {
        onHub(() -> {
            Hub hub = Hub.current();
            Greenlet<String> there = other.spawn(() -> {
                other.sleep(Duration.ofMillis(1));
                return Thread.currentThread().isVirtual() + " " + (Hub.current() == other) + " " + other.isCurrent() + " " + hub.isCurrent();
            });
            assertThat(there.get()).isEqualTo("true true true false");
            assertThat(there.hub()).isSameAs(other);
            Greenlet<String> fromAGreenlet = hub.spawn(() -> other.spawn(() -> "nested").get());
            assertThat(fromAGreenlet.get()).isEqualTo("nested");

            Greenlet<Void> endless = other.spawn(() -> other.sleep(LONG));
            endless.kill(new GreenletExit());
            assertThat(endless.dead()).isTrue();
            Greenlet<Void> inJdk = other.spawn((Task) () -> Thread.sleep(LONG));
            assertThat(inJdk.kill(new GreenletExit(), Duration.ofSeconds(20))).isTrue();
            Greenlet<?> unbegun = other.spawnLater(LONG, () -> 1);
            unbegun.kill();
            assertThat(unbegun.exit()).isNotNull();

            List<Greenlet<Integer>> greenlets = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int number = i;
                greenlets.add((i % 2 == 0 ? hub : other).spawn(() -> number));
            }
            assertThat(hub.joinAll(greenlets)).hasSize(100);
            List<Greenlet<Void>> sleepers = List.of(hub.spawn(() -> hub.sleep(LONG)), other.spawn(() -> other.sleep(LONG)));
            hub.killAll(sleepers);
            assertThat(sleepers).allMatch(Greenlet::dead);
        });
    }

    @Test
    void aLinkRunsOnTheHubThatMadeIt() throws Exception {
        onHub(() -> {
            Hub hub = Hub.current();
            List<Object> ran = Collections.synchronizedList(new ArrayList<>());
            Greenlet<Integer> there = other.spawn(() -> {
                other.sleep(Duration.ofMillis(1));
                return 1;
            });
            there.rawLink(ended -> ran.add(Hub.current()));
            there.link(ended -> {
                hub.sleep(Duration.ofMillis(1));
                ran.add(Hub.current());
            });
            other.spawn(() -> there.rawLink(ended -> ran.add(Hub.current()))).join();
            there.join();
            try (Hub.Hold hold = hub.hold()) {
                Eventually.untilOnHub("all have run", () -> ran.size() == 3);
            }
            assertThat(ran).containsExactlyInAnyOrder(hub, hub, other);
        });
    }

    @Test
    void aLinkOfAThreadWithoutAHubRunsOnTheGreenletsOwn() throws Exception {
        AtomicReference<Object> ran = new AtomicReference<>();
        Greenlet<Integer> there = other.spawn(() -> 1);
        OwnThread.run(() -> {
            there.rawLink(ended -> ran.set(Hub.current()));
            assertThat(Hub.ifExists()).isNull();
            there.join();
            Eventually.until("it has run", () -> ran.get() != null);
        });
        assertThat(ran.get()).isSameAs(other);
    }

    @Test
    void aLinkOfAHubThatIsClosedMeanwhileKeepsNobodyElseFromBeingTold() throws Exception {
        Flag flag = new Flag();
        onHub(() -> flag.rawLink(set -> {}));
        Greenlet<Void> waiting = other.spawn(() -> flag.await());
        Eventually.until("it waits", () -> flag.linkCount() == 2);
        flag.set();
        assertThat(waiting.join(Duration.ofSeconds(20))).isTrue();
    }

    /** Waits, time-outs, kills, interrupts and hand-overs at once, from two hubs and two threads: no permit is lost or doubled. */
    @Test
    void everyWaitHasOneOutcome() throws Exception {
        Permits permits = new Permits();
        int total = 3;
        for (int i = 0; i < total; i++) {
            permits.release();
        }
        AtomicInteger holders = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger acquired = new AtomicInteger();
        AtomicInteger missed = new AtomicInteger();
        AtomicInteger killed = new AtomicInteger();
        class Worker {
            final java.util.SplittableRandom random;

            Worker(int seed) {
                random = new java.util.SplittableRandom(seed);
            }

            void work(int rounds, Runnable pause) {
                for (int i = 0; i < rounds; i++) {
                    boolean got;
                    try {
                        got = permits.acquire(random.nextInt(4) == 0 ? random.nextInt(1, 50_000) : -1);
                    } catch (GreenletExit e) {
                        killed.incrementAndGet();
                        continue;
                    }
                    if (!got) {
                        missed.incrementAndGet();
                        continue;
                    }
                    most.accumulateAndGet(holders.incrementAndGet(), Math::max);
                    try {
                        if (random.nextInt(3) == 0) {
                            pause.run();
                        }
                    } finally {
                        holders.decrementAndGet();
                        acquired.incrementAndGet();
                        permits.release();
                    }
                }
            }
        }
        OwnThread.Running plain1 = OwnThread.start("plain 1", () -> new Worker(1).work(4000, Thread::yield));
        OwnThread.Running plain2 = OwnThread.start("plain 2", () -> new Worker(2).work(4000, Thread::yield));
        onHub(() -> {
            Hub hub = Hub.current();
            List<Greenlet<Void>> greenlets = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Worker worker = new Worker(10 + i);
                Hub on = i % 2 == 0 ? hub : other;
                greenlets.add(on.spawn((Task) () -> worker.work(500, () -> {
                    try {
                        on.yieldNow();
                    } catch (GreenletExit e) {
                        killed.incrementAndGet();
                    }
                })));
            }
            java.util.SplittableRandom random = new java.util.SplittableRandom(3);
            while (greenlets.stream().anyMatch(greenlet -> !greenlet.dead())) {
                Greenlet<Void> victim = greenlets.get(random.nextInt(greenlets.size()));
                if (victim.phase() == Greenlet.Phase.RUNNING) {
                    if (random.nextBoolean()) {
                        victim.killLater();
                    } else {
                        victim.thread().interrupt();
                    }
                }
                hub.sleep(Duration.ofNanos(random.nextInt(200_000)));
            }
            assertThat(hub.joinAll(greenlets)).allMatch(greenlet -> greenlet.exception() == null);
        });
        plain1.await();
        plain2.await();
        assertThat(permits.free()).isEqualTo(total);
        assertThat(permits.waiting()).isZero();
        assertThat(holders).hasValue(0);
        assertThat(most.get()).isBetween(1, total);
        assertThat(acquired.get()).isPositive();
        assertThat(killed.get() + missed.get()).isPositive();
    }

    @Test
    void mainOfOneHubWaitsForTheOtherWithoutLoopExitUntilThatIsClosed() throws Exception {
        onHub(() -> {
            Flag flag = new Flag();
            other.spawnLater(Duration.ofMillis(20), () -> flag.set());
            flag.await();

            Flag never = new Flag();
            OwnThread.Running closer = OwnThread.start("closer", () -> {
                Eventually.until("main waits", () -> never.linkCount() == 1);
                end.set();
            });
            assertThat(org.assertj.core.api.Assertions.catchThrowable(never::await)).isInstanceOf(dev.jevent.LoopExit.class);
            closer.await();
        });
    }
}
