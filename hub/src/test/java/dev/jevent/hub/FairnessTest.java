package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** First come, first served: greenlets, callbacks, main, and what other threads bring. */
class FairnessTest {
    private final List<String> log = new ArrayList<>();

    @HubTest
    void greenletsCallbacksAndMainTakeTurnsInTheOrderTheyCame(Hub hub) {
        hub.spawn((Task) () -> {
            log.add("greenlet 1");
            hub.yieldNow();
            log.add("greenlet 1 again");
        });
        hub.loop().runCallback(() -> log.add("callback 1"));
        hub.spawn((Task) () -> log.add("greenlet 2"));
        hub.loop().runCallback(() -> {
            log.add("callback 2");
            hub.loop().runCallback(() -> log.add("callback of a callback"));
        });
        hub.yieldNow();
        log.add("main");
        hub.yieldNow();
        assertThat(log).containsExactly(
                "greenlet 1", "callback 1", "greenlet 2", "callback 2", "main", "greenlet 1 again", "callback of a callback");
    }

    @HubTest
    void yieldersTakeTurnsOneAfterAnother(Hub hub) {
        List<Greenlet<?>> greenlets = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            greenlets.add(hub.spawn((Task) () -> {
                for (int round = 0; round < 3; round++) {
                    log.add(number + "");
                    hub.yieldNow();
                }
            }));
        }
        hub.joinAll(greenlets);
        assertThat(log).containsExactly("0", "1", "2", "0", "1", "2", "0", "1", "2");
    }

    @HubTest(virtualTime = false)
    void mainYieldsForOneRoundEachTimeWhateverItWaitedForBefore(Hub hub) {
        Greenlet<Void> counter = hub.spawn((Task) () -> {
            while (true) {
                log.add("turn");
                hub.yieldNow();
            }
        });
        for (int i = 0; i < 5; i++) {
            hub.sleep(Duration.ofMillis(1));
            Greenlet<Integer> joined = hub.spawn(() -> 1);
            joined.join();
            log.clear();
            for (int round = 1; round <= 5; round++) {
                hub.yieldNow();
                assertThat(log).hasSize(round);
            }
        }
        counter.kill();
    }

    @HubTest
    void mainGoesOnBehindThoseWhoWereReadyBeforeIt(Hub hub) {
        Flag flag = new Flag();
        for (int i = 0; i < 3; i++) {
            int number = i;
            hub.spawn((Task) () -> {
                flag.await();
                log.add("greenlet " + number);
            });
        }
        hub.yieldNow();
        hub.spawn((Task) () -> {
            flag.set();
            hub.loop().runCallback(() -> log.add("callback"));
        });
        flag.await(); // main is the last of those who wait
        log.add("main");
        hub.yieldNow();
        assertThat(log).containsExactly("greenlet 0", "greenlet 1", "greenlet 2", "main", "callback");
    }

    @HubTest
    void mainWokenByATimerGoesOnBehindThoseWokenByEarlierOnes(Hub hub) {
        for (int i = 0; i < 3; i++) {
            int number = i;
            hub.spawn((Task) () -> {
                hub.sleep(Duration.ofMillis(5));
                log.add("greenlet " + number);
            });
        }
        hub.yieldNow();
        hub.sleep(Duration.ofMillis(5));
        log.add("main");
        assertThat(log).containsExactly("greenlet 0", "greenlet 1", "greenlet 2", "main");
    }

    @HubTest
    void sleepersOfEqualLengthWakeInTheirOrder(Hub hub, VirtualClock clock) {
        List<Integer> order = new ArrayList<>();
        List<Greenlet<?>> greenlets = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            int number = i;
            greenlets.add(hub.spawn((Task) () -> {
                hub.sleep(Duration.ofSeconds(1));
                order.add(number);
            }));
        }
        hub.joinAll(greenlets);
        assertThat(order).isSorted().hasSize(1000);
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(1));
    }

    @HubTest
    void thoseUnparkedRunInTheOrderOfTheUnparks(Hub hub) {
        List<Greenlet<?>> greenlets = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            greenlets.add(hub.spawn((Task) () -> {
                LockSupport.park();
                log.add(number + "");
            }));
        }
        hub.yieldNow();
        for (Greenlet<?> greenlet : greenlets.reversed()) {
            LockSupport.unpark(greenlet.thread());
        }
        hub.joinAll(greenlets);
        assertThat(log).containsExactly("9", "8", "7", "6", "5", "4", "3", "2", "1", "0");
    }

    @HubTest(virtualTime = false)
    void whatAThreadPostedRunsInItsOrderAndBeforeALaterYieldOfMainEnds(Hub hub) throws Exception {
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            for (int round = 0; round < 200; round++) {
                List<Integer> order = new ArrayList<>();
                other.submit(() -> {
                    for (int i = 0; i < 10; i++) {
                        int number = i;
                        hub.execute(() -> order.add(number));
                    }
                }).get();
                hub.yieldNow();
                hub.yieldNow(); // the first turn of what was started in the round before
                assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            }
        }
    }

    @HubTest(virtualTime = false)
    void whatAThreadPostedWhileOthersYieldComesInTheNextRound(Hub hub) throws Exception {
        boolean[] ran = new boolean[1];
        AtomicBoolean begin = new AtomicBoolean();
        AtomicBoolean posted = new AtomicBoolean();
        OwnThread.Running other = OwnThread.start("other", () -> {
            Eventually.until("the greenlet runs", begin::get);
            hub.execute(() -> ran[0] = true);
            posted.set(true);
        });
        Greenlet<Integer> yielder = hub.spawn(() -> {
            begin.set(true);
            while (!posted.get()) {
                Thread.onSpinWait();
            }
            int rounds = 0;
            while (!ran[0]) {
                hub.yieldNow();
                rounds++;
            }
            return rounds;
        });
        assertThat(yielder.get()).isLessThanOrEqualTo(2); // its start, and its first turn
        other.await();
    }

    @HubTest
    void anEndlessYielderStarvesNeitherCallbacksNorOtherGreenletsNorMain(Hub hub) {
        Greenlet<Void> yielder = hub.spawn((Task) () -> {
            while (true) {
                hub.yieldNow();
            }
        });
        hub.yieldNow();
        hub.spawn((Task) () -> log.add("greenlet"));
        hub.loop().runCallback(() -> log.add("callback"));
        Thread parked = hub.spawnRaw(() -> {
            LockSupport.park();
            log.add("unparked");
        });
        hub.yieldNow();
        LockSupport.unpark(parked);
        hub.yieldNow();
        assertThat(log).containsExactly("greenlet", "callback", "unparked");
        yielder.kill();
    }

    @HubTest
    void noGreenletRunsWhileTheOneThatRunsDoesNotWait(Hub hub) {
        int[] running = new int[1];
        List<Greenlet<?>> greenlets = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            greenlets.add(hub.spawn((Task) () -> {
                for (int round = 0; round < 10; round++) {
                    int before = running[0];
                    hub.spawn(() -> running[0]++);
                    assertThat(running[0]).isEqualTo(before);
                    hub.yieldNow();
                }
            }));
        }
        assertThat(hub.joinAll(greenlets)).allMatch(greenlet -> greenlet.exception() == null);
        hub.yieldNow();
        assertThat(running[0]).isEqualTo(1000);
    }
}
