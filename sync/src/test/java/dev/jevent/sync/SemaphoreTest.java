package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.LoopExit;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.OnHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SemaphoreTest {
    private static final Duration SHORT = Duration.ofMillis(10);
    private static final Duration LONG = Duration.ofHours(1);

    @HubTest
    @DisplayName("B-LCK-01: acquiring with a limit what nobody releases ends with false")
    void limitedAcquireEndsWithFalse(Hub hub) throws Exception {
        Semaphore semaphore = new Semaphore(0);
        assertThat(semaphore.acquire(SHORT)).isFalse();
        assertThat(semaphore.acquire(Duration.ZERO)).isFalse();
        assertThat(semaphore.tryAcquire()).isFalse();
        assertThat(semaphore.queueLength()).isZero();
        assertThat(semaphore.release()).isEqualTo(1);
    }

    @HubTest
    @DisplayName("F-LCK-01, F-LCK-05: permits count, and nobody owns them")
    void permitsCount(Hub hub) throws Exception {
        Semaphore semaphore = new Semaphore(2);
        assertThat(semaphore.locked()).isFalse();
        semaphore.acquire();
        assertThat(semaphore.acquire(LONG)).isTrue();
        assertThat(semaphore.locked()).isTrue();
        assertThat(semaphore.ready()).isFalse();
        hub.spawn(semaphore::release).join();
        assertThat(semaphore.availablePermits()).isEqualTo(1);
        assertThat(semaphore.tryAcquire()).isTrue();
        assertThat(semaphore.release()).isEqualTo(1);
        assertThat(semaphore.release()).isEqualTo(2);
        assertThat(semaphore.release()).as("unbounded").isEqualTo(3);
        assertThat(new Semaphore().availablePermits()).isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Semaphore(-1))
                .withMessage("permits: -1 (expected: >= 0)");
    }

    @HubTest
    @DisplayName("F-LCK-06: those who wait get permits in the order they came")
    void firstComeFirstServed(Hub hub) throws Exception {
        Semaphore semaphore = new Semaphore(0);
        List<Integer> served = new ArrayList<>();
        List<Greenlet<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            waiting.add(hub.spawn(() -> {
                semaphore.acquire();
                served.add(number);
            }));
        }
        hub.yieldNow();
        for (int i = 0; i < 10; i++) {
            semaphore.release();
        }
        hub.joinAll(waiting);
        assertThat(served).isSorted().hasSize(10);
        assertThat(semaphore.availablePermits()).isZero();
    }

    @HubTest
    @DisplayName("O-LCK-01: who releases may take the permit again before the one who waits")
    void releaserMayTakeItAgain(Hub hub) throws Exception {
        Semaphore semaphore = new Semaphore(0);
        Greenlet<Void> waiting = hub.spawn(() -> semaphore.acquire());
        hub.yieldNow();
        semaphore.release();
        semaphore.acquire();
        hub.yieldNow();
        assertThat(waiting.dead()).isFalse();
        assertThat(semaphore.queueLength()).isEqualTo(1);
        semaphore.release();
        waiting.join();
    }

    @HubTest
    @DisplayName("F-LCK-06: one who waits is overtaken at most once")
    void overtakenAtMostOnce(Hub hub) throws Exception {
        Semaphore semaphore = new Semaphore(1);
        semaphore.acquire();
        Greenlet<Void> waiting = hub.spawn(() -> {
            semaphore.acquire();
            semaphore.release();
        });
        hub.yieldNow();
        int overtaken = 0;
        while (!waiting.dead()) {
            semaphore.release();
            semaphore.acquire();
            overtaken++;
            hub.yieldNow();
            assertThat(overtaken).isLessThanOrEqualTo(2);
        }
        semaphore.release();
    }

    @HubTest
    @DisplayName("D-04: a fair one hands every permit to the one who waits longest")
    void fairOneHandsOver(Hub hub) throws Exception {
        Semaphore semaphore = new Semaphore(0, true);
        Greenlet<Void> waiting = hub.spawn(() -> semaphore.acquire());
        hub.yieldNow();
        assertThat(semaphore.release()).isZero();
        assertThat(semaphore.tryAcquire()).isFalse();
        assertThat(semaphore.acquire(SHORT)).isFalse();
        assertThat(waiting.dead()).isTrue();
        assertThat(semaphore.release()).isEqualTo(1);
    }

    @HubTest
    @DisplayName("B-LCK-07: where two re-acquire in chains, one that wants it once gets its turn")
    void noStarvation(Hub hub) throws Exception {
        for (int i = 0; i < 50; i++) {
            Semaphore semaphore = new Semaphore();
            boolean[] quit = new boolean[1];
            Greenlet<Void> chain1 = hub.spawn(() -> acquireThenSpawn(hub, semaphore, quit));
            Greenlet<Void> chain2 = hub.spawn(() -> acquireThenSpawn(hub, semaphore, quit));
            Greenlet<Void> once = hub.spawn(() -> {
                semaphore.acquire();
                quit[0] = true;
            });
            assertThatThrownBy(() -> hub.joinAll(List.of(chain1, chain2, once))).isInstanceOf(LoopExit.class);
            assertThat(once.dead()).isTrue();
            hub.killAll(hub.greenlets());
        }
    }

    private static void acquireThenSpawn(Hub hub, Semaphore semaphore, boolean[] quit) {
        if (!quit[0]) {
            semaphore.acquire();
            hub.spawn(() -> {
                semaphore.release();
                if (!quit[0]) {
                    hub.spawn(() -> acquireThenSpawn(hub, semaphore, quit)).join();
                }
            }).join();
        }
    }

    @HubTest
    @DisplayName("F-LCK-04: who waits for a free permit takes none, and is woken even if it is taken by then")
    void awaitAvailableTakesNone(Hub hub) throws Exception {
        Semaphore semaphore = new Semaphore(0);
        assertThat(semaphore.awaitAvailable(SHORT)).isFalse();
        Greenlet<Boolean> observer = hub.spawn(() -> semaphore.awaitAvailable(LONG));
        Greenlet<Void> acquirer = hub.spawn(() -> semaphore.acquire());
        Greenlet<Integer> unlimited = hub.spawn(() -> {
            semaphore.awaitAvailable();
            return semaphore.availablePermits();
        });
        hub.yieldNow();
        assertThat(semaphore.linkCount()).isEqualTo(3);
        assertThat(semaphore.queueLength()).isEqualTo(1);
        semaphore.release();
        acquirer.join();
        assertThat(observer.get()).isTrue();
        assertThat(unlimited.get()).isZero();
        semaphore.release();
        semaphore.awaitAvailable();
        assertThat(semaphore.availablePermits()).isEqualTo(1);
    }

    @HubTest
    @DisplayName("F-LCK-05: a link to a ready one fires soon")
    void linkToReadyOneFires(Hub hub) throws Exception {
        Semaphore semaphore = new Semaphore();
        List<Semaphore> fired = new ArrayList<>();
        semaphore.rawLink(fired::add);
        assertThat(fired).isEmpty();
        hub.yieldNow();
        hub.yieldNow();
        assertThat(fired).containsExactly(semaphore);
        assertThat(semaphore.availablePermits()).isEqualTo(1);
    }

    @HubTest
    @DisplayName("B-JOI-06: of two semaphores, iwait gives the one that is released")
    void iwaitGivesTheReleasedOne(Hub hub) throws Exception {
        Semaphore first = new Semaphore(0);
        Semaphore second = new Semaphore(0);
        Greenlet<?> releaser = hub.spawn(second::release);
        try (Hub.Ready<Semaphore> ready = hub.iwait(List.of(first, second), null)) {
            assertThat(ready.next()).isSameAs(second);
            assertThat(first.linkCount()).isEqualTo(1);
        }
        assertThat(first.linkCount()).isZero();
        assertThat(second.availablePermits()).isEqualTo(1);
        releaser.join();
    }

    @HubTest
    @DisplayName("B-JOI-13: waiting for one with a free permit is over at once")
    void waitForFreeOne(Hub hub) throws Exception {
        Semaphore semaphore = new Semaphore();
        assertThat(hub.waitAll(List.of(semaphore))).containsExactly(semaphore);
        assertThat(semaphore.availablePermits()).isEqualTo(1);
    }

    @HubTest
    @DisplayName("F-LCK-08: a bounded one refuses to be released more often than acquired")
    void boundedRefusesOverRelease(Hub hub) throws Exception {
        BoundedSemaphore semaphore = new BoundedSemaphore(2);
        assertThatIllegalStateException().isThrownBy(semaphore::release).withMessageContaining("at most 2 permits");
        semaphore.acquire();
        assertThat(semaphore.release()).isEqualTo(2);
        assertThatIllegalStateException().isThrownBy(semaphore::release);
        assertThat(semaphore.availablePermits()).isEqualTo(2);
        assertThat(new BoundedSemaphore().availablePermits()).isEqualTo(1);
    }

    @HubTest
    @DisplayName("F-LCK-10: an unlimited one never runs out")
    void unlimited(Hub hub) throws Exception {
        Semaphore semaphore = Semaphore.unlimited();
        for (int i = 0; i < 10; i++) {
            semaphore.acquire();
            assertThat(semaphore.acquire(Duration.ZERO)).isTrue();
            assertThat(semaphore.tryAcquire()).isTrue();
        }
        semaphore.release();
        assertThat(semaphore.locked()).isFalse();
        assertThat(semaphore.ready()).isTrue();
        semaphore.awaitAvailable();
        try (Semaphore.Permit permit = semaphore.hold()) {
            assertThat(semaphore.availablePermits()).isEqualTo(Integer.MAX_VALUE);
        }
        assertThat(semaphore).hasToString("<unlimited Semaphore>");
    }

    @SuppressWarnings("try") // closing before the end of the block is what is tested
    @HubTest
    void scopeGivesThePermitBackOnce(Hub hub) throws Exception {
        Semaphore semaphore = new Semaphore();
        try (Semaphore.Permit permit = semaphore.hold()) {
            assertThat(semaphore.locked()).isTrue();
            permit.close();
            assertThat(semaphore.locked()).isFalse();
        }
        assertThat(semaphore.availablePermits()).isEqualTo(1);
    }

    @HubTest
    void text(Hub hub) throws Exception {
        Semaphore semaphore = new Semaphore(3);
        assertThat(semaphore.toString()).matches("<Semaphore at 0x[0-9a-f]+, 3 free, 0 waiting>");
        assertThat(new BoundedSemaphore(1).toString()).startsWith("<BoundedSemaphore at 0x");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("B-GRN-13: a greenlet killed at any step between its acquire and its end loses no permit and forgets no waiter")
    void killAtEveryStep(boolean fair) throws Exception {
        for (int killAt = 0; killAt < 12; killAt++) {
            int steps = killAt;
            HubThread.run(hub -> {
                Semaphore semaphore = new Semaphore(1, fair);
                int[] inside = new int[1];
                HubThread.PlainBody use = () -> {
                    semaphore.acquire();
                    try {
                        assertThat(++inside[0]).isEqualTo(1);
                        hub.yieldNow();
                    } finally {
                        inside[0]--;
                        semaphore.release();
                    }
                };
                List<Greenlet<Void>> greenlets = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    greenlets.add(hub.spawn(() -> {
                        for (int round = 0; round < 3; round++) {
                            unchecked(use);
                        }
                    }));
                }
                for (int i = 0; i < steps; i++) {
                    hub.yieldNow();
                }
                greenlets.get(1).killLater();
                // One that takes it in passing, so that the woken find nothing.
                if (semaphore.tryAcquire()) {
                    hub.yieldNow();
                    semaphore.release();
                }
                hub.joinAll(greenlets);
                assertThat(greenlets.get(0).successful()).isTrue();
                assertThat(greenlets.get(2).exit()).isNull();
                assertThat(semaphore.availablePermits()).isEqualTo(1);
                assertThat(semaphore.queueLength()).isZero();
            });
        }
    }

    private static void unchecked(HubThread.PlainBody body) {
        try {
            body.run();
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @OnHub
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    @DisplayName("B-GRN-13: kills and timeouts at random moments lose no permit")
    void randomKillsAndTimeouts(long seed, Hub hub) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        Semaphore semaphore = new Semaphore(2, seed % 2 == 0);
        int[] inside = new int[1];
        List<Greenlet<Void>> greenlets = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            greenlets.add(hub.spawn(() -> {
                for (int round = 0; round < 50; round++) {
                    boolean got;
                    if (random.nextBoolean()) {
                        semaphore.acquire();
                        got = true;
                    } else {
                        got = semaphore.acquire(Duration.ofNanos(random.nextInt(100_000)));
                    }
                    if (got) {
                        try {
                            assertThat(++inside[0]).isLessThanOrEqualTo(2);
                            if (random.nextInt(3) > 0) {
                                hub.yieldNow();
                            }
                        } finally {
                            inside[0]--;
                            semaphore.release();
                        }
                    }
                }
            }));
        }
        for (Greenlet<Void> victim : greenlets.subList(0, 10)) {
            for (int i = random.nextInt(20); i > 0; i--) {
                hub.yieldNow();
            }
            victim.killLater();
        }
        hub.joinAll(greenlets);
        assertThat(inside[0]).isZero();
        assertThat(semaphore.availablePermits()).isEqualTo(2);
        assertThat(semaphore.linkCount()).isZero();
    }

    // ---- across threads ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("B-LCK-03, F-LCK-07: one that waits in another hub, which is idle, or in a thread without a hub gets the permit released here")
    void releasedHereAcquiredThere(boolean limited) throws Exception {
        Semaphore semaphore = new Semaphore();
        semaphore.acquire();
        CountDownLatch waiting = new CountDownLatch(2);
        HubThread.PlainBody body = () -> {
            waiting.countDown();
            if (limited) {
                assertThat(semaphore.acquire(LONG)).isTrue();
            } else {
                semaphore.acquire();
            }
            semaphore.release();
        };
        HubThread there = HubThread.start("there", hub -> {
            try (Hub.Hold hold = hub.hold()) {
                body.run();
            }
        });
        HubThread plain = HubThread.startPlain(body);
        HubThread.run(hub -> {
            waiting.await();
            hub.sleep(Duration.ofMillis(1));
            semaphore.release();
        });
        HubThread.joinAll(there, plain);
        assertThat(semaphore.availablePermits()).isEqualTo(1);
        assertThat(semaphore.queueLength()).isZero();
    }

    @Test
    @DisplayName("B-LCK-04: a limited acquire in another thread ends with false, and a later release has nobody to tell")
    void limitedAcquireThereEndsWithFalse() throws Exception {
        Semaphore semaphore = new Semaphore(0);
        HubThread.PlainBody body = () -> assertThat(semaphore.acquire(SHORT)).isFalse();
        HubThread.joinAll(HubThread.start("there", hub -> body.run()), HubThread.startPlain(body));
        assertThat(semaphore.queueLength()).isZero();
        assertThat(semaphore.release()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("B-LCK-06: two hubs and a thread without one take and release one semaphore thousands of times, with sleeps between")
    void manyThreads(boolean fair) throws Exception {
        int rounds = 3_000;
        Semaphore semaphore = new Semaphore(1, fair);
        AtomicInteger inside = new AtomicInteger();
        HubThread.PlainBody use = () -> {
            semaphore.acquire();
            assertThat(inside.incrementAndGet()).isEqualTo(1);
            inside.decrementAndGet();
            semaphore.release();
        };
        HubThread.Body inHub = hub -> {
            try (Hub.Hold hold = hub.hold()) {
                List<Greenlet<Void>> greenlets = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    greenlets.add(hub.spawn(() -> {
                        for (int round = 0; round < rounds / 3; round++) {
                            unchecked(use);
                            if (round % 100 == 0) {
                                hub.sleep(Duration.ofNanos(100_000));
                            }
                        }
                    }));
                }
                for (int round = 0; round < rounds; round++) {
                    use.run();
                }
                hub.joinAll(greenlets);
            }
        };
        HubThread.joinAll(
                HubThread.start("first", inHub),
                HubThread.start("second", inHub),
                HubThread.startPlain(() -> {
                    for (int round = 0; round < rounds; round++) {
                        use.run();
                    }
                }));
        assertThat(semaphore.availablePermits()).isEqualTo(1);
        assertThat(semaphore.linkCount()).isZero();
    }

    @Test
    @DisplayName("A2: a hub that never stops taking it does not starve one that waits in another hub")
    void busyHubDoesNotStarveAnother() throws Exception {
        Semaphore semaphore = new Semaphore();
        AtomicInteger served = new AtomicInteger();
        HubThread wanting = HubThread.start("wanting", hub -> {
            try (Hub.Hold hold = hub.hold()) {
                for (int i = 0; i < 100; i++) {
                    semaphore.acquire();
                    served.incrementAndGet();
                    semaphore.release();
                }
            }
        });
        HubThread.run(hub -> {
            try (Hub.Hold hold = hub.hold()) {
                while (served.get() < 100) { // hangs if it starves
                    semaphore.acquire();
                    semaphore.release();
                }
            }
        });
        wanting.join();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    @DisplayName("B-GRN-13: kills and limits that race with releases in another hub lose no permit")
    void killsAcrossHubs(long seed) throws Exception {
        Semaphore semaphore = new Semaphore(2, seed % 2 == 0);
        AtomicInteger inside = new AtomicInteger();
        HubThread.Body body = hub -> {
            SplittableRandom random = new SplittableRandom(seed);
            try (Hub.Hold hold = hub.hold()) {
                for (int round = 0; round < 30; round++) {
                    List<Greenlet<Void>> greenlets = new ArrayList<>();
                    for (int i = 0; i < 10; i++) {
                        greenlets.add(hub.spawn(() -> {
                            for (int n = 0; n < 20; n++) {
                                if (random.nextBoolean()
                                        ? semaphore.acquire(Duration.ofNanos(random.nextInt(50_000)))
                                        : acquired(semaphore)) {
                                    try {
                                        assertThat(inside.incrementAndGet()).isLessThanOrEqualTo(2);
                                        if (random.nextBoolean()) {
                                            hub.yieldNow();
                                        }
                                    } finally {
                                        inside.decrementAndGet();
                                        semaphore.release();
                                    }
                                }
                            }
                        }));
                    }
                    for (Greenlet<Void> victim : greenlets.subList(0, 5)) {
                        for (int i = random.nextInt(5); i > 0; i--) {
                            hub.yieldNow();
                        }
                        victim.killLater();
                    }
                    hub.joinAll(greenlets);
                }
            }
        };
        HubThread.joinAll(HubThread.start("first", body), HubThread.start("second", body));
        assertThat(semaphore.availablePermits()).isEqualTo(2);
        assertThat(semaphore.linkCount()).isZero();
    }

    private static boolean acquired(Semaphore semaphore) {
        semaphore.acquire();
        return true;
    }
}
