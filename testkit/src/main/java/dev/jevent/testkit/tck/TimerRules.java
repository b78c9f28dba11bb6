package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.jevent.Watcher;
import dev.jevent.spi.HubLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules about timers. */
interface TimerRules extends LoopRules {
    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    default void aTimerFiresOnceWhenItsTimeHasCome() {
        int[] fired = new int[1];
        Watcher.Timer timer = loop().timer(seconds(10));
        timer.start(() -> fired[0]++);
        iterate();
        advance(seconds(10).minusNanos(1));
        iterate(2);
        assertEquals(0, fired[0], "a nanosecond before its time");
        advance(Duration.ofNanos(1));
        iterate(2);
        assertEquals(1, fired[0], "at its time");
        advance(seconds(100));
        iterate(2);
        assertEquals(1, fired[0], "long afterwards");
        assertFalse(timer.active());
        timer.close();
    }

    @Test
    default void timersFireInTheOrderOfTheirTimes() {
        List<Integer> fired = new ArrayList<>();
        for (int after : new int[] {5, 3, 9, 1, 7}) {
            loop().timer(seconds(after)).start(() -> fired.add(after));
        }
        advance(seconds(10));
        iterate();
        assertEquals(List.of(1, 3, 5, 7, 9), fired);
    }

    @Test
    @DisplayName("F-WAT-05: equal deadlines fire in the order of their starts")
    default void equalTimersFireInTheOrderOfTheirStarts() {
        List<Integer> fired = new ArrayList<>();
        List<Watcher.Timer> timers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            timers.add(loop().timer(seconds(1)));
        }
        for (int i = 49; i >= 0; i--) {
            int number = i;
            timers.get(i).start(() -> fired.add(number));
        }
        advance(seconds(1));
        iterate();
        assertEquals(IntStream.iterate(49, i -> i >= 0, i -> i - 1).boxed().toList(), fired);
    }

    @Test
    @DisplayName("F-LOOP-12: a timer counts from its start, however old the loop's time is")
    default void aTimerCountsFromItsStart() {
        iterate();
        Watcher.Timer timer = loop().timer(seconds(10));
        int[] fired = new int[1];
        advance(seconds(60)); // a long computation: the loop hasn't looked at the clock
        timer.start(() -> fired[0]++);
        advance(seconds(9));
        iterate(2);
        assertEquals(0, fired[0]);
        advance(seconds(1));
        iterate();
        assertEquals(1, fired[0]);
    }

    @Test
    default void aStoppedTimerDoesNotFire() {
        List<String> fired = new ArrayList<>();
        Watcher.Timer first = loop().timer(seconds(1));
        Watcher.Timer second = loop().timer(seconds(1));
        Watcher.Timer third = loop().timer(seconds(1));
        first.start(() -> {
            fired.add("first");
            second.stop(); // due in the same iteration
        });
        second.start(() -> fired.add("second"));
        third.start(() -> fired.add("third"));
        third.stop();
        advance(seconds(2));
        iterate(2);
        assertEquals(List.of("first"), fired);
        assertFalse(second.active());
        assertFalse(second.pending());
    }

    @Test
    default void aRepeatingTimerDoesNotDrift() {
        List<Long> fired = new ArrayList<>();
        long began = loop().now();
        Watcher.Timer timer = loop().timer(seconds(1), seconds(10));
        timer.start(() -> fired.add((loop().now() - began) / 1_000_000_000));
        for (int i = 0; i < 40; i++) {
            advance(i % 2 == 0 ? seconds(1).plusMillis(300) : Duration.ofMillis(700)); // late, then in time again
            iterate();
        }
        assertEquals(List.of(1L, 11L, 21L, 31L), fired);
        assertTrue(timer.active());
        timer.close();
    }

    @Test
    @DisplayName("H12: what a repeating timer missed is called once")
    default void aRepeatingTimerDoesNotBurst() {
        int[] fired = new int[1];
        Watcher.Timer timer = loop().timer(seconds(1), seconds(1));
        timer.start(() -> fired[0]++);
        advance(seconds(1000));
        iterate(3);
        assertEquals(1, fired[0]);
        advance(seconds(1));
        iterate(3);
        assertEquals(2, fired[0]);
        timer.close();
    }

    @Test
    @DisplayName("B-WAT-13: again() counts the repeat from now; its callback may stop it")
    default void againStartsItWithItsRepeat() {
        List<String> fired = new ArrayList<>();
        Watcher.Timer timer = loop().timer(seconds(100), seconds(5));
        timer.start(() -> fired.add("of start()"));
        advance(seconds(3));
        timer.again(() -> {
            fired.add("of again()");
            timer.stop();
        });
        advance(seconds(4));
        iterate(2);
        assertEquals(List.of(), fired);
        advance(seconds(1));
        iterate();
        assertEquals(List.of("of again()"), fired);
        advance(seconds(200));
        iterate(2);
        assertEquals(1, fired.size(), "fired after it was stopped");
    }

    @Test
    default void againWithoutARepeatStopsIt() {
        int[] fired = new int[1];
        Watcher.Timer timer = loop().timer(seconds(1));
        timer.start(() -> fired[0]++);
        timer.again(() -> fired[0]++);
        assertFalse(timer.active());
        advance(seconds(2));
        iterate(2);
        assertEquals(0, fired[0]);
    }

    @Test
    @DisplayName("B-WAT-12: a one-shot timer that fired is idle, and has forgotten its callback")
    default void aOneShotTimerForgetsItsCallback() {
        Watcher.Timer timer = loop().timer(Duration.ZERO);
        assertNull(timer.callback());
        Runnable callback = () -> {};
        timer.start(callback);
        assertEquals(callback, timer.callback());
        iterate(2);
        assertNull(timer.callback());
        assertFalse(timer.active());
        assertFalse(timer.pending());
    }

    @Test
    @DisplayName("B-WAT-04: a timer may be started again, and closed, in its own callback")
    default void aTimerMayBeStartedAgainInItsCallback() {
        List<String> fired = new ArrayList<>();
        Watcher.Timer timer = loop().timer(seconds(1));
        timer.start(() -> {
            fired.add("first");
            timer.start(() -> {
                fired.add("second");
                timer.close();
                timer.close();
            });
        });
        advance(seconds(1));
        iterate();
        advance(seconds(1));
        iterate();
        advance(seconds(1));
        iterate();
        assertEquals(List.of("first", "second"), fired);
        assertEquals(List.of(), host().failures);
        assertThrows(IllegalStateException.class, () -> timer.start(() -> {}));
    }

    @Test
    @DisplayName("B-WAT-09: negative durations are refused")
    default void negativeDurationsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> loop().timer(seconds(-1)));
        assertThrows(IllegalArgumentException.class, () -> loop().timer(seconds(1), seconds(-1)));
    }

    @Test
    default void aTimerOfZeroThatStartsItselfStarvesNobody() {
        int[] fired = new int[2];
        Watcher.Timer again = loop().timer(Duration.ZERO);
        again.start(new Runnable() {
            @Override
            public void run() {
                if (++fired[0] < 1000) {
                    again.start(this);
                }
            }
        });
        Watcher.Timer other = loop().timer(Duration.ZERO);
        other.start(() -> fired[1] = fired[0]);
        iterate();
        assertTrue(fired[0] <= 2, "fired " + fired[0] + " times in one iteration");
        iterate();
        assertTrue(fired[1] > 0, "the other one was starved");
        again.close();
    }

    @Test
    @DisplayName("H12: the clock may overflow")
    default void timersWorkAcrossTheOverflowOfTheClock() {
        List<Integer> fired = new ArrayList<>(); // the clock overflows an hour after the start
        for (int hours : new int[] {3, 1, 2}) {
            loop().timer(Duration.ofHours(hours)).start(() -> fired.add(hours));
        }
        for (int hour = 1; hour <= 3; hour++) {
            advance(Duration.ofHours(1));
            iterate(2);
            assertEquals(hour, fired.size(), "fired: " + fired);
        }
        assertEquals(List.of(1, 2, 3), fired);
    }

    @Test
    default void whatIsTooFarAheadNeverComes() {
        int[] fired = new int[1];
        Watcher.Timer never = loop().timer(seconds(Long.MAX_VALUE));
        never.start(() -> fired[0]++);
        Watcher.Timer soon = loop().timer(seconds(1));
        soon.start(() -> fired[0] += 100);
        advance(seconds(1));
        iterate(2);
        assertEquals(100, fired[0]);
        assertTrue(never.active());
        never.close();
    }

    @Test
    default void startingAnActiveTimerGivesItAnotherCallback() {
        List<String> fired = new ArrayList<>();
        Watcher.Timer timer = loop().timer(seconds(1));
        timer.start(() -> fired.add("first"));
        timer.start(() -> fired.add("second"));
        advance(seconds(1));
        iterate(2);
        assertEquals(List.of("second"), fired);
    }

    @Test
    default void aTimerEndsAPollInRealTime() {
        HubLoop loop = realLoop();
        int[] fired = new int[1];
        Watcher.Timer timer = loop.timer(Duration.ofMillis(20));
        long began = System.nanoTime();
        timer.start(() -> fired[0]++);
        loop.run();
        inTime("the timer");
        assertEquals(1, fired[0]);
        assertTrue(System.nanoTime() - began >= 20_000_000, "too early");
        timer.close();
    }

    @Test
    @DisplayName("H11: a thousand timers started, stopped and started again fire as a sorted list does")
    default void manyTimersFireAsASortedListDoes() {
        Random random = new Random(42);
        int count = 1000;
        List<Watcher.Timer> timers = new ArrayList<>();
        long[] due = new long[count]; // 0: not set
        long[] order = new long[count];
        long now = 1;
        long starts = 0;
        List<Integer> fired = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            timers.add(null);
        }
        for (int round = 0; round < 5000; round++) {
            int number = random.nextInt(count);
            if (due[number] != 0 && random.nextInt(3) == 0) {
                timers.get(number).close();
                due[number] = 0;
            } else if (due[number] == 0) {
                int after = random.nextInt(200);
                Watcher.Timer timer = loop().timer(Duration.ofMillis(after));
                timer.start(() -> fired.add(number));
                timers.set(number, timer);
                due[number] = now + after;
                order[number] = ++starts;
            }
            if (random.nextInt(20) == 0) {
                int step = random.nextInt(30);
                now += step;
                advance(Duration.ofMillis(step));
                iterate();
                long until = now;
                List<Integer> expected = IntStream.range(0, count)
                        .filter(each -> due[each] != 0 && due[each] <= until)
                        .boxed()
                        .sorted((one, other) -> due[one] != due[other]
                                ? Long.compare(due[one], due[other])
                                : Long.compare(order[one], order[other]))
                        .toList();
                assertEquals(expected, fired, "round " + round);
                for (int each : expected) {
                    due[each] = 0;
                }
                fired.clear();
            }
        }
        timers.stream().filter(timer -> timer != null).forEach(Watcher.Timer::close);
        assertEquals(0, loop().statistics().active());
    }
}
