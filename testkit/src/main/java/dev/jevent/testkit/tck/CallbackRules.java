package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.jevent.Callback;
import dev.jevent.Interest;
import dev.jevent.Loop;
import dev.jevent.Watcher;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules about callbacks and tasks. */
interface CallbackRules extends LoopRules {
    @Test
    @DisplayName("F-LOOP-07: callbacks run in the order they were given, once")
    default void callbacksRunInTheOrderTheyWereGiven() {
        List<Integer> ran = new ArrayList<>();
        List<Integer> given = new ArrayList<>();
        for (int i = 0; i < 200; i++) { // more than one batch
            int number = i;
            given.add(number);
            loop().runCallback(() -> ran.add(number));
        }
        loop().run();
        loop().run();
        assertEquals(given, ran);
    }

    @Test
    @DisplayName("B-LOOP-01: a callback is pending until it has run, also while it runs")
    default void aCallbackIsPendingUntilItHasRun() {
        List<Boolean> seen = new ArrayList<>();
        Callback[] callback = new Callback[1];
        callback[0] = loop().runCallback(() -> seen.add(callback[0].pending()));
        assertTrue(callback[0].pending());
        loop().run();
        assertEquals(List.of(true), seen);
        assertFalse(callback[0].pending());
    }

    @Test
    default void aStoppedCallbackDoesNotRun() {
        List<String> ran = new ArrayList<>();
        Callback[] second = new Callback[1];
        loop().runCallback(() -> second[0].stop());
        second[0] = loop().runCallback(() -> ran.add("stopped by the first"));
        Callback third = loop().runCallback(() -> ran.add("stopped before"));
        third.stop();
        assertFalse(third.pending());
        loop().runCallback(() -> ran.add("last"));
        loop().run();
        assertEquals(List.of("last"), ran);
        assertFalse(second[0].pending());
    }

    @Test
    default void whatACallbackGivesRunsBehindTheOthers() {
        List<Integer> ran = new ArrayList<>();
        loop().runCallback(() -> {
            ran.add(1);
            loop().runCallback(() -> ran.add(3));
        });
        loop().runCallback(() -> ran.add(2));
        loop().run();
        assertEquals(List.of(1, 2, 3), ran);
    }

    @Test
    @DisplayName("F-LOOP-10: a callback that fails is reported, and the others run")
    default void aFailingCallbackIsReportedAndTheOthersRun() {
        List<String> ran = new ArrayList<>();
        RuntimeException failure = new IllegalStateException("expected");
        loop().runCallback(() -> {
            throw failure;
        });
        loop().execute(() -> {
            throw failure;
        });
        loop().runCallback(() -> ran.add("after"));
        loop().run();
        assertEquals(List.of("after"), ran);
        assertEquals(List.of(failure, failure), host().failures);
    }

    @Test
    @DisplayName("B-LOOP-03, B-LOOP-06: a callback alone makes run() go on, and no longer than that")
    default void aCallbackKeepsTheLoopGoingUntilItHasRun() {
        int[] calls = new int[1];
        loop().runCallback(() -> calls[0]++);
        assertFalse(loop().run());
        assertEquals(1, calls[0]);
        assertFalse(loop().run());
        assertEquals(1, calls[0]);
    }

    @Test
    default void tasksAndCallbacksShareOneLine() {
        List<Integer> ran = new ArrayList<>();
        loop().execute(() -> ran.add(1));
        loop().runCallback(() -> ran.add(2));
        loop().execute(() -> ran.add(3));
        loop().runCallback(() -> ran.add(4));
        loop().run();
        assertEquals(List.of(1, 2, 3, 4), ran);
    }

    @Test
    default void callbacksGoToTheHostAndTasksDoNot() {
        host();
        loop().execute(() -> {});
        loop().run();
        assertEquals(0, host().calls);
        loop().runCallback(() -> {});
        loop().run();
        assertEquals(1, host().calls);
    }

    @Test
    default void noCallbackIsRefused() {
        assertThrows(NullPointerException.class, () -> loop().runCallback(null));
        assertThrows(NullPointerException.class, () -> loop().runCallbackThreadSafe(null));
        assertFalse(loop().run());
    }

    @Test
    @DisplayName("F-LOOP-08: callbacks without end starve no timer")
    default void callbacksWithoutEndStarveNoTimer() {
        loop();
        boolean[] fired = new boolean[1];
        Watcher.Timer timer = loop().timer(Duration.ofSeconds(1));
        timer.start(() -> {
            fired[0] = true;
            loop().stop();
        });
        assertTrue(callbacksUntil(() -> fired[0]) < MANY, "100 seconds, and no timer");
        timer.close();
    }

    @Test
    @DisplayName("F-LOOP-08: callbacks without end starve no I/O")
    default void callbacksWithoutEndStarveNoIo() throws IOException {
        loop();
        boolean[] fired = new boolean[1];
        Watcher.Io io = loop().io(device().pollable(), Interest.WRITE.mask());
        io.start(() -> {
            fired[0] = true;
            loop().stop();
        });
        assertTrue(callbacksUntil(() -> fired[0]) < MANY, "100 seconds, and no I/O");
        io.close();
    }

    int MANY = 100_000;

    /** Runs callbacks that take a millisecond each, one giving the next; returns how many ran. */
    private int callbacksUntil(BooleanSupplier over) {
        int[] ran = new int[1];
        loop().runCallback(new Runnable() {
            @Override
            public void run() {
                advance(Duration.ofMillis(1));
                if (!over.getAsBoolean() && ++ran[0] < MANY) {
                    loop().runCallback(this);
                }
            }
        });
        loop().run();
        return ran[0];
    }

    @Test
    default void statisticsCountWhatIsReady() {
        Loop.Statistics before = loop().statistics();
        loop().runCallback(() -> {});
        loop().execute(() -> {});
        assertEquals(before.ready() + 2, loop().statistics().ready());
        loop().run();
        assertEquals(before.ready(), loop().statistics().ready());
    }

    @Test
    default void tasksThatRanAreCounted() {
        long before = loop().statistics().tasks();
        loop().runCallback(() -> {});
        loop().execute(() -> {});
        assertEquals(before, loop().statistics().tasks());
        loop().run();
        assertEquals(before + 2, loop().statistics().tasks());
    }
}
