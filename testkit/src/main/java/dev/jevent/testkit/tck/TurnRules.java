package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.jevent.Loop;
import dev.jevent.Watcher;
import dev.jevent.spi.HubLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules about turns, runs, and the end. */
interface TurnRules extends LoopRules {
    @Test
    default void aTurnEndsBehindTheTaskThatEndsIt() {
        List<Integer> ran = new ArrayList<>();
        loop().execute(() -> ran.add(1));
        loop().execute(() -> {
            ran.add(2);
            loop().endTurn();
        });
        loop().execute(() -> ran.add(3));
        assertTrue(loop().turn(false), "something is left");
        assertEquals(List.of(1, 2), ran);
        loop().execute(() -> ran.add(4));
        loop().turn(false);
        assertEquals(List.of(1, 2, 3, 4), ran, "who was queued first keeps the place");
    }

    @Test
    default void aTurnSaysWhetherSomethingIsLeft() {
        assertFalse(loop().turn(false));
        Watcher.Timer timer = loop().timer(Duration.ofNanos(1)); // a poll for it doesn't wait long
        timer.start(() -> {});
        assertTrue(loop().turn(false));
        timer.close();
        assertFalse(loop().turn(false));
        loop().execute(() -> {});
        assertTrue(loop().turn(false), "a turn that ran a task may have changed what is left elsewhere");
        assertFalse(loop().turn(false));
    }

    @Test
    default void aPatientTurnWaitsForAPost() throws InterruptedException {
        HubLoop loop = realLoop();
        List<String> ran = new ArrayList<>();
        Thread owner = Thread.currentThread();
        Thread poster = Helpers.start(() -> {
            Helpers.awaitWaiting(owner);
            loop.post(() -> {
                ran.add("post");
                loop.endTurn(); // or the turn waits for another
            });
        });
        while (ran.isEmpty()) {
            assertTrue(loop.turn(true), "a patient turn says that nothing is left");
            inTime("the post of another thread");
        }
        poster.join();
    }

    @Test
    default void itTurnsDuringATurnOnly() {
        List<Boolean> seen = new ArrayList<>();
        assertFalse(loop().isTurning());
        loop().execute(() -> seen.add(loop().isTurning()));
        loop().runCallback(() -> seen.add(loop().isTurning()));
        loop().turn(false);
        assertEquals(List.of(true, true), seen);
        assertFalse(loop().isTurning());
    }

    @Test
    default void runInsideOfACallbackIsRefused() {
        List<Throwable> thrown = new ArrayList<>();
        loop().runCallback(() -> thrown.add(assertThrows(IllegalStateException.class, () -> loop().run())));
        loop().run();
        assertEquals(1, thrown.size());
    }

    @Test
    @DisplayName("B-LOOP-04: a run ends when nothing is left, each time")
    default void aRunEndsWhenNothingIsLeft() {
        assertFalse(loop().run());
        assertFalse(loop().run());
        Watcher.Timer timer = loop().timer(Duration.ofNanos(1));
        int[] fired = new int[1];
        timer.start(() -> fired[0]++);
        loop().runCallback(() -> advance(Duration.ofSeconds(1)));
        assertFalse(loop().run());
        assertEquals(1, fired[0]);
        timer.close();
    }

    @Test
    default void aRunWithoutWaitingDoesNotWait() {
        Watcher.Timer timer = loop().timer(Duration.ofHours(1));
        timer.start(() -> {});
        assertTrue(loop().run(Loop.Mode.NO_WAIT));
        inTime("a run that doesn't wait");
        timer.close();
    }

    @Test
    default void aSingleRunWaitsForAnEvent() {
        HubLoop loop = realLoop();
        int[] fired = new int[1];
        Watcher.Timer timer = loop.timer(Duration.ofMillis(5));
        timer.start(() -> fired[0]++);
        for (int runs = 0; fired[0] == 0; runs++) {
            loop.run(Loop.Mode.ONCE);
            assertTrue(runs < 5, "polls that returned for nothing: " + runs);
            inTime("the timer");
        }
        timer.close();
    }

    @Test
    default void stopEndsARun() {
        int[] calls = new int[1];
        loop().ref();
        loop().runCallback(() -> {
            calls[0]++;
            loop().stop();
        });
        loop().runCallback(() -> calls[0]++);
        assertTrue(loop().run());
        assertEquals(1, calls[0], "callbacks before the run ended");
        loop().unref();
        loop().run();
        assertEquals(2, calls[0], "callbacks in the end");
        inTime("a run that was stopped");
    }

    @Test
    default void refKeepsARunGoing() {
        HubLoop loop = realLoop();
        loop.ref();
        boolean[] released = new boolean[1];
        Watcher.Timer timer = loop.timer(Duration.ofMillis(5));
        timer.ref(false);
        timer.start(() -> {
            released[0] = true;
            loop.unref();
        });
        loop.run();
        inTime("the run");
        assertTrue(released[0], "run() returned though the loop was ref'ed");
        timer.close();
    }

    // ---- its end ----

    @Test
    default void closesTwice() {
        assertFalse(loop().isClosed());
        loop().close();
        assertTrue(loop().isClosed());
        loop().close();
    }

    @Test
    default void refusesWhenClosed() {
        loop().close();
        assertThrows(IllegalStateException.class, () -> loop().run());
        assertThrows(IllegalStateException.class, () -> loop().turn(false));
        assertThrows(IllegalStateException.class, () -> loop().runCallback(() -> {}));
        assertThrows(IllegalStateException.class, () -> loop().timer(Duration.ZERO));
        assertThrows(IllegalStateException.class, () -> loop().async());
        assertThrows(IllegalStateException.class, () -> loop().alarm(() -> {}));
    }

    @Test
    default void closingStopsWatchers() {
        Watcher.Timer timer = loop().timer(Duration.ofHours(1));
        Watcher.Async async = loop().async();
        timer.start(() -> {});
        async.start(() -> {});
        loop().close();
        assertFalse(timer.active());
        assertFalse(async.active());
        timer.stop();
        timer.close();
        async.close();
    }

    @Test
    default void aCloseInsideOfACallbackEndsTheTurn() {
        List<String> ran = new ArrayList<>();
        loop().runCallback(() -> {
            loop().close();
            ran.add("closed");
        });
        Runnable behind = () -> ran.add("ran in a closed loop");
        loop().execute(behind);
        loop().run();
        assertTrue(loop().isClosed());
        assertEquals(List.of("closed"), ran);
        assertEquals(List.of(behind), List.copyOf(host().orphans));
    }

    @Test
    default void itsNameIsTheSameEachTime() {
        String name = loop().name();
        assertEquals(name, loop().name());
        assertEquals(name.toLowerCase(java.util.Locale.ROOT), name);
    }
}
