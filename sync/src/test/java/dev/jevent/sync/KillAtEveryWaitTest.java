package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each call of queues, channels, groups and pools that waits, ended from outside: by a kill, by somebody's Timeout, by its
 * own limit. Afterwards what it waited for is as if it had never come.
 */
@OnHub
class KillAtEveryWaitTest {
    private static final Duration OWN = Duration.ofSeconds(1);
    private static final Duration OUTER = Duration.ofMillis(5);
    private static final Object NO_LIMIT = "no limit of its own";

    /**
     * @param call waits
     * @param onTimeout what it gives when its own limit is over
     * @param intact throws unless nobody waits here, and everything is free that was
     * @param clear ends what was begun in order to make the call wait
     */
    private record Scene(Callable<?> call, Object onTimeout, Runnable intact, Runnable clear) {}

    /** A call, on a fresh scene each time. */
    private record Wait(String name, Function<Hub, Scene> scene) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Wait> waits() {
        List<Wait> waits = new ArrayList<>();
        for (QueueKind kind : QueueKind.values()) {
            ofQueue(waits, kind);
        }
        ofChannel(waits);
        ofGroup(waits);
        ofPool(waits);
        return waits.stream();
    }

    static Stream<Wait> limitedWaits() {
        return waits().filter(wait -> wait.name().contains("OWN"));
    }

    // ---- queues ----

    private interface OnQueue {
        Object call(JoinableQueue<Integer> queue) throws Exception;
    }

    private static void ofQueue(List<Wait> waits, QueueKind kind) {
        String name = kind + ".";
        waits.add(onQueue(name + "take()", kind, List.of(), queue -> queue.take(), NO_LIMIT));
        waits.add(onQueue(name + "take(OWN)", kind, List.of(), queue -> queue.take(OWN), null));
        waits.add(onQueue(name + "poll(OWN)", kind, List.of(), queue -> queue.poll(1, TimeUnit.SECONDS), null));
        waits.add(onQueue(name + "awaitPeek()", kind, List.of(), queue -> queue.awaitPeek(), NO_LIMIT));
        waits.add(onQueue(name + "awaitPeek(OWN)", kind, List.of(), queue -> queue.awaitPeek(OWN), null));
        waits.add(onQueue(name + "untilShutdown()", kind, List.of(), queue -> queue.untilShutdown().iterator().hasNext(), NO_LIMIT));
        waits.add(onQueue(name + "put(item)", kind, List.of(1, 2), queue -> {
            queue.put(3);
            return null;
        }, NO_LIMIT));
        waits.add(onQueue(name + "put(item, OWN)", kind, List.of(1, 2), queue -> queue.put(3, OWN), false));
        waits.add(onQueue(name + "offer(item, OWN)", kind, List.of(1, 2), queue -> queue.offer(3, 1, TimeUnit.SECONDS), false));
        waits.add(onQueue(name + "join()", kind, List.of(1), queue -> {
            queue.join();
            return null;
        }, NO_LIMIT));
        waits.add(onQueue(name + "join(OWN)", kind, List.of(1), queue -> queue.join(OWN), false));
    }

    private static Wait onQueue(String name, QueueKind kind, List<Integer> items, OnQueue call, Object onTimeout) {
        return new Wait(name, hub -> {
            JoinableQueue<Integer> queue = kind.make(2, items);
            JoinableQueue.Statistics before = queue.statistics();
            return new Scene(() -> call.call(queue), onTimeout,
                    () -> assertThat(queue.statistics()).isEqualTo(before), () -> {});
        });
    }

    // ---- channels ----

    private interface OnChannel {
        Object call(Channel<Integer> channel, Channel<Integer> other) throws Exception;
    }

    private static void ofChannel(List<Wait> waits) {
        waits.add(onChannel("Channel.put(item)", (channel, other) -> {
            channel.put(1);
            return null;
        }, NO_LIMIT));
        waits.add(onChannel("Channel.put(item, OWN)", (channel, other) -> channel.put(1, OWN), false));
        waits.add(onChannel("Channel.take()", (channel, other) -> channel.take(), NO_LIMIT));
        waits.add(onChannel("Channel.take(OWN)", (channel, other) -> channel.take(OWN), null));
        waits.add(onChannel("Channel.untilShutdown()", (channel, other) -> channel.untilShutdown().iterator().next(), NO_LIMIT));
        waits.add(onChannel("Select.await()", (channel, other) -> select(channel, other).await(), NO_LIMIT));
        waits.add(onChannel("Select.await(OWN)", (channel, other) -> select(channel, other).await(OWN), null));
    }

    private static Select select(Channel<Integer> channel, Channel<Integer> other) {
        Select select = new Select();
        select.onTake(channel);
        select.onPut(other).item(1);
        return select;
    }

    private static Wait onChannel(String name, OnChannel call, Object onTimeout) {
        return new Wait(name, hub -> {
            Channel<Integer> channel = new Channel<>();
            Channel<Integer> other = new Channel<>();
            return new Scene(() -> call.call(channel, other), onTimeout, () -> {
                assertThat(channel.balance()).isZero();
                assertThat(other.balance()).isZero();
                assertThat(channel.tryTake()).isNull();
                assertThat(other.tryTake()).isNull();
            }, () -> {});
        });
    }

    // ---- groups ----

    private interface OnGroup<G> {
        Object call(G group, Greenlet<?> member) throws Exception;
    }

    private static void ofGroup(List<Wait> waits) {
        waits.add(onGroup("Group.join()", (group, member) -> {
            group.join();
            return null;
        }, NO_LIMIT));
        waits.add(onGroup("Group.join(OWN)", (group, member) -> group.join(OWN), false));
        waits.add(onGroup("Group.joinOrThrow()", (group, member) -> {
            group.joinOrThrow();
            return null;
        }, NO_LIMIT));
        waits.add(onGroup("Group.joinOrThrow(OWN)", (group, member) -> group.joinOrThrow(OWN), false));
        waits.add(onGroup("Group.kill()", (group, member) -> {
            group.kill();
            return null;
        }, NO_LIMIT));
        waits.add(onGroup("Group.kill(OWN)", (group, member) -> group.kill(new GreenletExit(), OWN), false));
        waits.add(onGroup("Group.killOne(member)", (group, member) -> {
            group.killOne(member);
            return null;
        }, NO_LIMIT));
        waits.add(onGroup("Group.killOne(OWN)", (group, member) -> group.killOne(member, new GreenletExit(), OWN), false));
        waits.add(onGroup("Group.apply()", (group, member) -> group.apply(() -> Greenlet.shielded(() -> {
            member.join();
            return 1;
        })), NO_LIMIT));
        waits.add(onGroup("Group.imap().next()", (group, member) -> group.imap(List.of(1), i -> {
            member.join();
            return i;
        }).next(), NO_LIMIT));
        waits.add(onGroup("Group.map()", (group, member) -> group.map(List.of(1), i -> {
            member.join();
            return i;
        }), NO_LIMIT));
    }

    /** With one member that doesn't die before it is let go. */
    private static Wait onGroup(String name, OnGroup<Group> call, Object onTimeout) {
        return new Wait(name, hub -> {
            Group group = new Group();
            Event release = new Event();
            Greenlet<?> member = group.spawn(() -> Greenlet.shielded(() -> release.await(Duration.ofDays(1))));
            return new Scene(() -> call.call(group, member), onTimeout,
                    () -> assertThat(group.contains(member)).isTrue(), () -> {
                        release.set();
                        group.join();
                        assertThat(group.linkCount()).isZero();
                    });
        });
    }

    // ---- pools ----

    private static void ofPool(List<Wait> waits) {
        waits.add(onPool("Pool.spawn()", (pool, member) -> pool.spawn(() -> 1), NO_LIMIT));
        waits.add(onPool("Pool.spawn(OWN)", (pool, member) -> pool.spawn(() -> 1, OWN), PoolFullException.class));
        waits.add(onPool("Pool.start()", (pool, member) -> {
            pool.start(new Greenlet<>(() -> 1));
            return null;
        }, NO_LIMIT));
        waits.add(onPool("Pool.start(OWN)", (pool, member) -> {
            pool.start(new Greenlet<>(() -> 1), OWN);
            return null;
        }, PoolFullException.class));
        waits.add(onPool("Pool.add(OWN)", (pool, member) -> {
            pool.add(new Greenlet<>(() -> 1), OWN);
            return null;
        }, PoolFullException.class));
        waits.add(onPool("Pool.awaitAvailable()", (pool, member) -> pool.awaitAvailable(), NO_LIMIT));
        waits.add(onPool("Pool.awaitAvailable(OWN)", (pool, member) -> pool.awaitAvailable(OWN), 0));
        waits.add(onPool("Pool.apply()", (pool, member) -> pool.apply(() -> 1), NO_LIMIT));
        waits.add(onPool("Pool.map()", (pool, member) -> pool.map(List.of(1, 2), i -> i), NO_LIMIT));
        waits.add(onPool("executor.awaitTermination(OWN)",
                (pool, member) -> pool.asExecutor().awaitTermination(1, TimeUnit.SECONDS), false));
        waits.add(onPool("executor.invokeAll()", (pool, member) -> pool.asExecutor().invokeAll(List.of(() -> 1)), NO_LIMIT));
        waits.add(onPool("executor.invokeAny(OWN)",
                (pool, member) -> pool.asExecutor().invokeAny(List.of(() -> 1), 1, TimeUnit.SECONDS), TimeoutException.class));
    }

    /** With one slot, which is taken. */
    private static Wait onPool(String name, OnGroup<Pool> call, Object onTimeout) {
        return new Wait(name, hub -> {
            Pool pool = new Pool(1);
            Event release = new Event();
            Greenlet<?> member = pool.spawn(() -> release.await(Duration.ofDays(1)));
            return new Scene(() -> call.call(pool, member), onTimeout, () -> {
                hub.yieldNow(); // what a call had queued is killed in the next step
                assertThat(pool.statistics()).isEqualTo(new Pool.Statistics(1, 1, 0, 0, false));
            }, () -> {
                release.set();
                pool.join();
                assertThat(pool.freeCount()).isEqualTo(1);
            });
        });
    }

    // ---- what ends them ----

    @ParameterizedTest
    @MethodSource("waits")
    @DisplayName("a kill ends each wait at once and leaves no trace")
    void killed(Wait wait, Hub hub, VirtualClock clock) {
        Scene scene = wait.scene().apply(hub);
        Greenlet<Object> victim = hub.spawn(() -> scene.call().call());
        VirtualTime.settle(hub);
        assertThat(victim.started()).as("waits").isTrue();
        GreenletExit kill = new GreenletExit();
        victim.kill(kill);
        assertThat(victim.exit()).isSameAs(kill);
        assertThat(clock.elapsed()).isZero();
        scene.intact().run();
        scene.clear().run();
    }

    @ParameterizedTest
    @MethodSource("waits")
    @DisplayName("a kill before its first switch reaches each wait when it begins, and leaves no trace")
    void killedBeforeItWaits(Wait wait, Hub hub, VirtualClock clock) {
        Scene scene = wait.scene().apply(hub);
        GreenletExit kill = new GreenletExit();
        Greenlet<Object> victim = hub.spawn(() -> {
            Greenlet.current().killLater(kill);
            return scene.call().call();
        });
        victim.join();
        assertThat(victim.exit()).isSameAs(kill);
        assertThat(clock.elapsed()).isZero();
        scene.intact().run();
        scene.clear().run();
    }

    @ParameterizedTest
    @MethodSource("waits")
    @DisplayName("B-GRN-13: a Timeout around each wait, shorter than its own limit, ends it with the Timeout's own error")
    void outerTimeout(Wait wait, Hub hub, VirtualClock clock) {
        Scene scene = wait.scene().apply(hub);
        Error error = new Error("of the outer timeout");
        Greenlet<Object> victim = hub.spawn(() -> {
            try (Timeout timeout = new Timeout(OUTER, error)) {
                timeout.start();
                return scene.call().call();
            } catch (Error e) {
                return e;
            }
        });
        victim.join();
        assertThat(victim.value()).isSameAs(error);
        assertThat(clock.elapsed()).isEqualTo(OUTER);
        scene.intact().run();
        scene.clear().run();
    }

    @ParameterizedTest
    @MethodSource("limitedWaits")
    @DisplayName("each wait with a limit ends when that is over, and leaves no trace")
    void ownLimit(Wait wait, Hub hub, VirtualClock clock) {
        Scene scene = wait.scene().apply(hub);
        Greenlet<Object> caller = hub.spawn(() -> {
            try {
                return scene.call().call();
            } catch (PoolFullException | TimeoutException e) {
                return e.getClass();
            }
        });
        caller.join();
        assertThat(caller.value()).isEqualTo(scene.onTimeout());
        assertThat(clock.elapsed()).isEqualTo(OWN);
        scene.intact().run();
        scene.clear().run();
    }
}
