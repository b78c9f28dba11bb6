package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.jevent.Interest;
import dev.jevent.Watcher;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules that all kinds of watchers share. */
interface WatcherRules extends LoopRules {
    /** One of each kind. */
    private List<Watcher> each() throws IOException {
        List<Watcher> watchers = new ArrayList<>(List.of(
                loop().timer(Duration.ofHours(1)),
                loop().async(),
                loop().signal("TERM"),
                loop().child(ProcessHandle.current().parent().orElseThrow()),
                loop().prepare(),
                loop().check(),
                loop().idle(),
                loop().stat(Path.of("no such file"), Duration.ofHours(1))));
        if (capabilities().channels()) {
            watchers.add(loop().io(device().pollable(), Interest.READ.mask()));
        }
        return watchers;
    }

    @Test
    @DisplayName("B-WAT-01: a watcher is not started without a callback")
    default void aStartWithoutCallbackIsRefused() throws IOException {
        for (Watcher watcher : each()) {
            assertThrows(NullPointerException.class, () -> watcher.start(null), watcher.toString());
            assertFalse(watcher.active(), watcher.toString());
            watcher.close();
        }
    }

    @Test
    default void aWatcherIsActiveFromStartToStop() throws IOException {
        for (Watcher watcher : each()) {
            assertSame(loop(), watcher.loop(), watcher.toString());
            assertFalse(watcher.active(), watcher.toString());
            int before = loop().statistics().active();
            watcher.stop();
            watcher.start(() -> {});
            assertTrue(watcher.active(), watcher.toString());
            assertEquals(before + 1, loop().statistics().active(), watcher.toString());
            watcher.stop();
            watcher.stop();
            assertFalse(watcher.active(), watcher.toString());
            assertEquals(before, loop().statistics().active(), watcher.toString());
            watcher.close();
        }
    }

    @Test
    default void aClosedWatcherCannotBeStarted() throws IOException {
        for (Watcher watcher : each()) {
            watcher.start(() -> {});
            watcher.close();
            watcher.close();
            assertFalse(watcher.active(), watcher.toString());
            assertThrows(IllegalStateException.class, () -> watcher.start(() -> {}), watcher.toString());
        }
        assertEquals(0, loop().statistics().active());
    }

    @Test
    @DisplayName("O-LOOP-01: of those that are ready together, those of higher priority are called first")
    default void higherPrioritiesAreCalledFirst() {
        List<Integer> called = new ArrayList<>();
        List<Watcher.Async> asyncs = new ArrayList<>();
        for (int priority : new int[] {0, -2, 2, 1, -1}) {
            Watcher.Async async = loop().async();
            async.priority(priority);
            assertEquals(priority, async.priority());
            async.start(() -> called.add(priority));
            asyncs.add(async);
        }
        asyncs.forEach(Watcher.Async::send);
        iterate(2);
        assertEquals(List.of(2, 1, 0, -1, -2), called);
    }

    @Test
    default void badPrioritiesAreRefused() {
        Watcher.Async async = loop().async();
        assertEquals(0, async.priority());
        assertThrows(IllegalArgumentException.class, () -> async.priority(3));
        assertThrows(IllegalArgumentException.class, () -> async.priority(-3));
        async.start(() -> {});
        assertThrows(IllegalStateException.class, () -> async.priority(1));
        assertEquals(0, async.priority());
        async.close();
    }

    @Test
    @DisplayName("F-LOOP-13: a watcher without ref doesn't keep the loop going; that may change at any time")
    default void aWatcherWithoutRefDoesNotKeepTheLoopGoing() throws IOException {
        for (Watcher watcher : each()) {
            watcher.ref(false);
            watcher.start(() -> {});
            assertFalse(loop().statistics().refs() > 0, watcher.toString());
            watcher.ref(true);
            assertTrue(watcher.ref());
            assertEquals(1, loop().statistics().refs(), watcher.toString());
            watcher.ref(false);
            assertEquals(0, loop().statistics().refs(), watcher.toString());
            watcher.ref(true);
            watcher.close();
            assertEquals(0, loop().statistics().refs(), watcher.toString());
        }
    }

    @Test
    @DisplayName("F-WAT-03: a callback that fails is reported, and watchers go on")
    default void aFailingCallbackStopsNobodyElse() {
        RuntimeException failure = new IllegalStateException("expected");
        int[] calls = new int[2];
        Watcher.Timer failing = loop().timer(Duration.ofSeconds(1), Duration.ofSeconds(1));
        failing.start(() -> {
            calls[0]++;
            throw failure;
        });
        Watcher.Timer other = loop().timer(Duration.ofSeconds(1), Duration.ofSeconds(1));
        other.start(() -> calls[1]++);
        for (int i = 0; i < 3; i++) {
            advance(Duration.ofSeconds(1));
            iterate();
        }
        assertEquals(3, calls[0], "calls of the one that fails");
        assertEquals(3, calls[1], "calls of the other");
        assertEquals(List.of(failure, failure, failure), host().failures);
        failing.close();
        other.close();
    }

    @Test
    default void aPendingWatcherThatIsStoppedIsNotCalled() {
        List<String> called = new ArrayList<>();
        Watcher.Async first = loop().async();
        Watcher.Async second = loop().async();
        first.priority(1);
        second.start(() -> called.add("second"));
        first.start(() -> {
            called.add("first, second pending: " + second.pending());
            second.stop();
        });
        first.send();
        second.send();
        iterate(2);
        assertEquals(List.of("first, second pending: true"), called);
        first.close();
        second.close();
    }

    @Test
    default void startingAnActiveOneChangesItsCallback() {
        List<String> called = new ArrayList<>();
        Watcher.Async async = loop().async();
        async.start(() -> called.add("old"));
        async.start(() -> called.add("new"));
        assertEquals(1, loop().statistics().active());
        async.send();
        iterate(2);
        assertEquals(List.of("new"), called);
        async.close();
    }

    @Test
    default void callbacksAreNotReentrant() {
        int[] depth = new int[2];
        Watcher.Async async = loop().async();
        async.start(() -> {
            depth[1] = Math.max(depth[1], ++depth[0]);
            if (depth[1] < 3) {
                async.send();
                loop().runCallback(() -> depth[1] = Math.max(depth[1], depth[0] + 1));
            }
            depth[0]--;
        });
        async.send();
        iterate(4);
        assertEquals(1, depth[1], "callbacks inside of one another");
        async.close();
    }
}
