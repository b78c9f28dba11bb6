package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Deep stacks, too deep ones, and many. */
class StackTest {
    private static int depth(Task atTheBottom, int levels) throws Exception {
        if (levels == 0) {
            atTheBottom.run();
            return 0;
        }
        return 1 + depth(atTheBottom, levels - 1);
    }

    private static int endless(int levels) {
        return endless(levels + 1) + 1;
    }

    @HubTest
    void aGreenletThatRecursesForEverFailsAndTheHubGoesOn(Hub hub, Errors errors) throws Exception {
        errors.expect(StackOverflowError.class, 3);
        for (int i = 0; i < 3; i++) {
            Greenlet<Integer> greenlet = hub.spawn(() -> endless(0));
            greenlet.join();
            assertThat(greenlet.exception()).isInstanceOf(StackOverflowError.class);
            assertThat(hub.spawn(() -> 42).get()).isEqualTo(42);
        }
    }

    @HubTest
    void aCallbackOrLinkThatRecursesForEverFailsAndTheNextIsCalled(Hub hub, Errors errors) {
        errors.expect(StackOverflowError.class, 2);
        List<String> log = new ArrayList<>();
        hub.loop().runCallback(() -> endless(0));
        hub.loop().runCallback(() -> log.add("callback"));
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        greenlet.rawLink(ended -> endless(0));
        greenlet.rawLink(ended -> log.add("link"));
        hub.sleep(Duration.ofMillis(1));
        assertThat(log).containsExactly("callback", "link");
    }

    @HubTest
    void aDeepStackMayWaitAtItsBottom(Hub hub) throws Exception {
        Greenlet<Integer> greenlet = hub.spawn(() -> depth(() -> {
            hub.sleep(Duration.ofMillis(1));
            hub.yieldNow();
        }, 2000));
        assertThat(greenlet.get()).isEqualTo(2000);
    }

    /** The overflow comes at every place of a wait, from a level above to a level below: inside of guard, queue and loop. */
    @HubTest(limitSeconds = 100)
    void aStackThatOverflowsInTheMiddleOfAWaitBreaksNothing(Hub hub, Errors errors) throws Exception {
        errors.expectAny();
        int[] reached = new int[1];
        int deepest = 0;
        for (int i = 0; i < 20; i++) { // until the compiler has made the frames as small as they get
            hub.spawn((Task) () -> count(reached)).join();
            deepest = Math.max(deepest, reached[0]);
            reached[0] = 0;
        }
        Flag never = new Flag();
        int overflown = 0;
        for (int above = -20; above < 200; above++) {
            int levels = deepest - above;
            Greenlet<Void> greenlet = hub.spawn((Task) () -> {
                try {
                    descend(() -> never.await(1000), levels);
                } finally {
                    never.await(1000); // a waiter in order can still wait
                }
            });
            greenlet.join();
            overflown += greenlet.exception() instanceof StackOverflowError ? 1 : 0;
            assertThat(never.linkCount()).isZero();
        }
        assertThat(overflown).isPositive();
        assertThat(hub.statistics().loop().timers()).isZero();
        assertThat(hub.spawn(() -> 42).get()).isEqualTo(42);
    }

    private static void count(int[] reached) {
        reached[0]++;
        count(reached);
    }

    private static void descend(Runnable atTheBottom, int levels) {
        if (levels <= 0) {
            atTheBottom.run();
        } else {
            descend(atTheBottom, levels - 1);
        }
    }

    @HubTest
    void aHundredThousandGreenletsWaitAtOnce(Hub hub) {
        int count = 100_000;
        Flag flag = new Flag();
        int[] woken = new int[1];
        List<Greenlet<Void>> greenlets = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            greenlets.add(hub.spawn((Task) () -> {
                flag.await();
                hub.sleep(Duration.ofMillis(1));
                woken[0]++;
            }));
        }
        hub.yieldNow();
        assertThat(hub.statistics().greenlets()).isEqualTo(count);
        assertThat(flag.linkCount()).isEqualTo(count);
        flag.set();
        hub.joinAll(greenlets);
        assertThat(woken[0]).isEqualTo(count);
        assertThat(hub.statistics().greenlets()).isZero();
    }

    @HubTest
    void aHundredThousandGreenletsAreKilledAtOnce(Hub hub) {
        int count = 100_000;
        List<Greenlet<Void>> greenlets = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            greenlets.add(hub.spawn(() -> hub.sleep(Duration.ofDays(1))));
        }
        hub.yieldNow();
        hub.killAll(greenlets);
        assertThat(greenlets).allMatch(greenlet -> greenlet.exit() != null);
        assertThat(hub.statistics().loop().timers()).isZero();
    }
}
