package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.jevent.Loop;
import dev.jevent.Watcher;
import dev.jevent.spi.HubLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules about the order of one iteration; the numbers are those of {@code docs/design/loop-iteration.md}. */
interface PhaseRules extends LoopRules {
    @Test
    @DisplayName("F-LOOP-05: prepare (2), tasks (3), check (5), events and timers (6), in each iteration")
    default void theStepsComeInTheirOrder() {
        List<String> steps = new ArrayList<>();
        Watcher.Phase check = loop().check();
        Watcher.Phase prepare = loop().prepare();
        Watcher.Async async = loop().async();
        Watcher.Timer timer = loop().timer(Duration.ZERO, Duration.ofSeconds(1));
        timer.start(() -> steps.add("timer"));
        async.start(() -> steps.add("event"));
        check.start(() -> steps.add("check"));
        prepare.start(() -> steps.add("prepare"));
        for (int i = 0; i < 2; i++) {
            steps.clear();
            loop().runCallback(() -> steps.add("callback"));
            async.send();
            iterate();
            assertEquals(List.of("prepare", "callback", "check", "event", "timer"), steps);
            advance(Duration.ofSeconds(1));
        }
        List.of(check, prepare, async, timer).forEach(Watcher::close);
    }

    @Test
    @DisplayName("F-WAT-10: prepare and check fire once in each iteration, also if there are only callbacks")
    default void phasesFireOnceInEachIteration() {
        int[] fired = new int[2];
        Watcher.Phase prepare = loop().prepare();
        Watcher.Phase check = loop().check();
        prepare.start(() -> fired[0]++);
        check.start(() -> fired[1]++);
        for (int i = 1; i <= 5; i++) {
            loop().runCallback(() -> {});
            iterate();
            assertEquals(i, fired[0], "prepare");
            assertEquals(i, fired[1], "check");
        }
        prepare.stop();
        iterate();
        assertEquals(5, fired[0], "prepare after it was stopped");
        assertEquals(6, fired[1]);
        prepare.close();
        check.close();
    }

    @Test
    default void whatComesDuringTheEventsIsForTheNextIteration() {
        List<String> fired = new ArrayList<>();
        Watcher.Async second = loop().async();
        second.start(() -> fired.add("second"));
        Watcher.Async first = loop().async();
        first.start(() -> {
            fired.add("first");
            second.send();
        });
        first.send();
        iterate();
        assertEquals(List.of("first"), fired);
        iterate();
        assertEquals(List.of("first", "second"), fired);
        first.close();
        second.close();
    }

    @Test
    @DisplayName("F-TMO-03: an event that comes with its timeout goes first")
    default void eventsComeBeforeDeadlines() {
        List<String> fired = new ArrayList<>();
        Watcher.Timer timer = loop().timer(Duration.ofSeconds(1));
        Watcher.Async async = loop().async();
        timer.start(() -> fired.add("timer"));
        async.start(() -> fired.add("event"));
        advance(Duration.ofSeconds(2));
        async.send();
        iterate();
        assertEquals(List.of("event", "timer"), fired);
        async.close();
    }

    @Test
    @DisplayName("F-WAT-09: idle fires when nothing of its priority or a higher one is pending")
    default void idleFiresWhenNothingElseIsPending() {
        int[] fired = new int[3];
        Watcher.Phase idle = loop().idle();
        Watcher.Phase low = loop().idle();
        low.priority(-1);
        Watcher.Async async = loop().async();
        idle.start(() -> fired[0]++);
        low.start(() -> fired[1]++);
        async.start(() -> fired[2]++);
        iterate();
        assertEquals(List.of(1, 0), List.of(fired[0], fired[1]), "idle of 0 and -1 when nothing is pending");
        async.send();
        iterate();
        assertEquals(List.of(1, 0, 1), List.of(fired[0], fired[1], fired[2]), "when something was pending");
        idle.close();
        iterate();
        assertEquals(1, fired[1], "the lower one when nothing higher is left");
        low.close();
        async.close();
    }

    @Test
    default void anIdleWatcherKeepsPollsFromWaiting() {
        HubLoop loop = realLoop();
        int[] fired = new int[1];
        loop.ref();
        Watcher.Phase idle = loop.idle();
        idle.start(() -> fired[0]++);
        for (int i = 0; i < 3; i++) {
            loop.run(Loop.Mode.ONCE);
        }
        inTime("polls with an idle watcher");
        assertTrue(fired[0] >= 3, "fired " + fired[0] + " times in 3 iterations");
        idle.close();
        loop.unref();
    }

    @Test
    @DisplayName("F-LOOP-12: the loop's time is that of its last look at the clock")
    default void theTimeIsThatOfTheLastLook() {
        iterate();
        long before = loop().now();
        advance(Duration.ofSeconds(5));
        assertEquals(before, loop().now(), "before a look");
        loop().updateNow();
        assertEquals(before + 5_000_000_000L, loop().now(), "after updateNow()");
        advance(Duration.ofSeconds(5));
        iterate();
        assertEquals(before + 10_000_000_000L, loop().now(), "after an iteration");
    }

    @Test
    default void iterationsAreCounted() {
        long before = loop().statistics().iterations();
        iterate(3);
        assertEquals(before + 3, loop().statistics().iterations());
    }
}
