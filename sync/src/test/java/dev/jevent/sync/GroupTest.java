package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.LoopExit;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@OnHub
class GroupTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Group group = new Group();

    private static void sleep(Hub hub, int seconds) {
        hub.sleep(Duration.ofSeconds(seconds));
    }

    // ---- members ----

    @Test
    @DisplayName("B-GRP-01, F-POOL-01: a group shrinks by itself as its members end")
    void shrinks(Hub hub) {
        Greenlet<Void> one = group.spawn(() -> sleep(hub, 1));
        Greenlet<Void> other = group.spawn(() -> sleep(hub, 3));
        assertThat(group.size()).isEqualTo(2);
        assertThat(group).containsExactly(one, other);
        assertThat(group.contains(one)).isTrue();
        sleep(hub, 2);
        assertThat(group.members()).containsExactly(other);
        assertThat(group.contains(one)).isFalse();
        sleep(hub, 2);
        assertThat(group.isEmpty()).isTrue();
    }

    @Test
    @DisplayName("F-POOL-02: add doesn't start, start does; what was discarded goes on outside")
    void addStartDiscard(Hub hub) {
        List<String> ran = new ArrayList<>();
        Greenlet<Void> added = new Greenlet<>(hub, () -> {
            ran.add("added");
            return null;
        });
        Greenlet<Void> started = new Greenlet<>(hub, () -> {
            sleep(hub, 1);
            ran.add("started");
            return null;
        });
        group.add(added);
        group.add(added);
        group.start(started);
        assertThat(group).containsExactly(added, started);
        assertThat(group.discard(started)).isTrue();
        assertThat(group.discard(started)).isFalse();
        added.start();
        group.join();
        assertThat(ran).containsExactly("added");
        started.join();
        assertThat(ran).containsExactly("added", "started");
    }

    @Test
    void theDeadAreNotAdded(Hub hub) {
        Greenlet<Void> dead = hub.spawn(() -> {});
        dead.join();
        group.add(dead);
        assertThat(group).isEmpty();
        assertThat(new Group(List.of(dead, hub.spawn(() -> {}))).size()).isEqualTo(1);
        hub.yieldNow();
    }

    @Test
    @DisplayName("F-POOL-06: a group is never full")
    void neverFull(VirtualClock clock) {
        assertThat(group.full()).isFalse();
        assertThat(group.freeCount()).isEqualTo(Integer.MAX_VALUE);
        assertThat(group.awaitAvailable()).isEqualTo(Integer.MAX_VALUE);
        assertThat(group.awaitAvailable(SECOND)).isEqualTo(Integer.MAX_VALUE);
        assertThat(clock.elapsed()).isZero();
    }

    // ---- join ----

    @Test
    @DisplayName("F-POOL-03: join tells whether it was empty in time; an empty group is joined without a switch")
    void join(Hub hub) {
        List<String> others = new ArrayList<>();
        hub.spawn(() -> {
            others.add("ran");
        });
        group.join();
        assertThat(group.join(SECOND)).isTrue();
        assertThat(others).isEmpty();
        group.spawn(() -> sleep(hub, 3));
        assertThat(group.join(SECOND)).isFalse();
        assertThat(group.join(Duration.ZERO)).isFalse();
        assertThat(group.join(SECOND.multipliedBy(3))).isTrue();
    }

    @Test
    @DisplayName("F-POOL-03: who joins goes on when it was empty once, though it has members again")
    void emptyOnce(Hub hub) {
        List<Integer> sizes = new ArrayList<>();
        Greenlet<Void> member = group.spawn(() -> sleep(hub, 1));
        Greenlet<Void> joiner = hub.spawn(() -> {
            group.join();
            sizes.add(group.size());
        });
        hub.yieldNow();
        group.discard(member);
        group.spawn(() -> sleep(hub, 2));
        joiner.join();
        assertThat(sizes).containsExactly(1);
        group.join();
    }

    @Test
    void isWaitableAndLinks(Hub hub) {
        Group other = new Group();
        List<Object> linked = new ArrayList<>();
        group.spawn(() -> sleep(hub, 2));
        other.spawn(() -> sleep(hub, 1));
        group.rawLink(linked::add);
        assertThat(hub.waitAny(List.of(group, other))).isSameAs(other);
        assertThat(group.ready()).isFalse();
        hub.waitAll(List.of(group, other));
        hub.yieldNow();
        assertThat(linked).containsExactly(group);
    }

    @Test
    @DisplayName("F-POOL-03: joinOrThrow waits for all, then throws what the first of them failed with")
    void joinOrThrow(Hub hub, Errors errors) throws Exception {
        errors.expect(IOException.class);
        errors.expect(ArithmeticException.class);
        group.spawn(() -> sleep(hub, 3));
        group.spawn(() -> {
            sleep(hub, 2);
            throw new IOException("first");
        });
        group.spawn(() -> {
            sleep(hub, 1);
            throw new ArithmeticException("second");
        });
        assertThat(group.joinOrThrow(Duration.ofMillis(500))).isFalse();
        assertThatThrownBy(group::joinOrThrow).isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(IOException.class);
        assertThat(group).isEmpty();
        group.joinOrThrow();
    }

    // ---- kill ----

    @Test
    @DisplayName("B-GRP-03: kill ends all members and empties the group")
    void kill(Hub hub, VirtualClock clock) {
        Greenlet<Void> begun = group.spawn(() -> sleep(hub, 100));
        hub.yieldNow();
        Greenlet<Void> fresh = group.spawn(() -> sleep(hub, 100));
        group.kill();
        assertThat(group).isEmpty();
        assertThat(begun.exit()).isNotNull();
        assertThat(fresh.exit()).isNotNull();
        assertThat(clock.elapsed()).isZero();
        group.kill();
    }

    @Test
    @DisplayName("B-GRP-04: killLater doesn't wait: both are members still, and none after a yield")
    void killLater(Hub hub) {
        group.spawn(() -> sleep(hub, 100));
        group.spawn(() -> sleep(hub, 100));
        hub.yieldNow();
        group.killLater();
        assertThat(group.size()).isEqualTo(2);
        VirtualTime.settle(hub);
        assertThat(group).isEmpty();
    }

    @Test
    @DisplayName("F-POOL-04: kill tells whether it was empty in time; each error is the one given")
    void killWithLimit(Hub hub, Errors errors) {
        IOException error = new IOException("the end");
        errors.expect(IOException.class);
        Greenlet<Void> victim = group.spawn(() -> sleep(hub, 100));
        Greenlet<Void> stubborn = group.spawn(() -> {
            try {
                sleep(hub, 100);
            } catch (Exception e) { // the IOException
                sleep(hub, 5);
            }
        });
        hub.yieldNow();
        assertThat(group.kill(error, SECOND)).isFalse();
        assertThat(victim.exception()).isSameAs(error);
        assertThat(group).containsExactly(stubborn);
        assertThat(group.kill(error, Duration.ZERO)).isFalse();
        assertThat(group.kill(new GreenletExit(), SECOND.multipliedBy(10))).isTrue();
        assertThat(stubborn.exit()).isNull();
    }

    /** Counts how often it is killed, and goes on. */
    private Greenlet<Integer> stubborn(Hub hub) {
        return group.spawn(() -> {
            int kills = 0;
            for (int i = 0; i < 5; i++) {
                try {
                    sleep(hub, 1);
                } catch (GreenletExit e) {
                    kills++;
                }
            }
            return kills;
        });
    }

    @Test
    @DisplayName("B-KIL-13, F-POOL-05: a member that swallows kills gets exactly one of its group, however often it is asked for")
    void killedOnce(Hub hub) throws Exception {
        Greenlet<Integer> member = stubborn(hub);
        hub.yieldNow();
        group.killOneLater(member, new GreenletExit());
        assertThat(group.killOne(member, new GreenletExit(), Duration.ofMillis(100))).isFalse();
        group.killLater();
        assertThat(group.kill(new GreenletExit(), Duration.ofMillis(100))).isFalse();
        group.killOne(member);
        assertThat(member.get()).isEqualTo(1);
        group.killOne(member);
        assertThat(group.killOne(member, new GreenletExit(), SECOND)).isTrue();
    }

    @Test
    @DisplayName("B-KIL-13: each group kills once: a member of two gets two")
    void twoGroups(Hub hub) throws Exception {
        Group other = new Group();
        Greenlet<Integer> member = stubborn(hub);
        other.add(member);
        hub.yieldNow();
        group.killLater();
        hub.yieldNow();
        hub.yieldNow();
        other.killLater();
        other.join();
        assertThat(member.get()).isEqualTo(2);
    }

    @Test
    @DisplayName("F-POOL-04: kill goes on until the group is empty: members that come meanwhile are killed, too")
    void killsNewcomers(Hub hub) {
        group.spawn(() -> {
            try {
                sleep(hub, 100);
            } finally {
                group.spawn(() -> sleep(hub, 100));
                sleep(hub, 1);
            }
        });
        hub.yieldNow();
        group.kill();
        assertThat(group).isEmpty();
    }

    @Test
    void aMemberThatKillsItsGroupDiesOfIt(Hub hub) {
        Greenlet<Void> other = group.spawn(() -> sleep(hub, 100));
        Greenlet<Void> killer = group.spawn(() -> {
            group.kill();
            throw new AssertionError("survived");
        });
        group.join();
        assertThat(killer.exit()).isNotNull();
        assertThat(other.exit()).isNotNull();
    }

    // ---- the end ----

    @Test
    @DisplayName("shutdown refuses new members; those that are here go on")
    void shutdown(Hub hub) {
        Greenlet<Void> member = group.spawn(() -> sleep(hub, 1));
        group.shutdown();
        group.shutdown();
        assertThat(group.isShutdown()).isTrue();
        assertThatThrownBy(() -> group.spawn(() -> 1)).isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("was shut down");
        assertThatThrownBy(() -> group.applyAsync(() -> 1)).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> group.map(List.of(1), each -> each)).isInstanceOf(RejectedExecutionException.class);
        group.join();
        assertThat(member.exit()).isNull();
    }

    @Test
    @DisplayName("close waits for the members, as ExecutorService.close does")
    void close(Hub hub, VirtualClock clock) {
        try (Group mine = new Group()) {
            mine.spawn(() -> sleep(hub, 2));
        }
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    @DisplayName("a close that is killed kills the members, and ends when they have")
    void closeIsKilled(Hub hub, VirtualClock clock) {
        List<String> events = new ArrayList<>();
        Greenlet<Void> closing = hub.spawn(() -> {
            try (Group mine = new Group()) {
                mine.spawn(() -> {
                    try {
                        sleep(hub, 100);
                    } finally {
                        sleep(hub, 1);
                        events.add("member ended");
                    }
                });
            } finally {
                events.add("closed");
            }
        });
        hub.yieldNow();
        hub.yieldNow();
        closing.kill();
        assertThat(closing.exit()).isNotNull();
        assertThat(events).containsExactly("member ended", "closed");
        assertThat(clock.elapsed()).isEqualTo(SECOND);
    }

    @Test
    @DisplayName("a close that could wait for ever kills the members, so that LoopExit leaves nothing behind")
    void closeOfTheStuck(Hub hub) {
        Channel<String> nobody = new Channel<>();
        assertThatThrownBy(() -> {
            try (Group mine = new Group()) {
                mine.spawn(() -> nobody.take());
            }
        }).isInstanceOf(LoopExit.class);
        assertThat(hub.greenlets()).isEmpty();
    }

    @Test
    void text(Hub hub) {
        assertThat(group.toString()).matches("<Group at 0x[0-9a-f]+ of 0>");
        group.shutdown();
        assertThat(group.toString()).endsWith(" of 0, shut down>");
    }
}
