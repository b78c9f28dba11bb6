package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.LoopExit;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@OnHub
class PoolTest {
    private static final Duration SHORT = Duration.ofMillis(10);

    private static void sleep(Hub hub, int seconds) {
        hub.sleep(Duration.ofSeconds(seconds));
    }

    // ---- slots ----

    @Test
    @DisplayName("B-POL-07, F-POOL-15: a negative size is refused; 0 is legal, and then nothing ever runs")
    void sizes() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Pool(-1)).withMessage("maxSize: -1 (expected: >= 0)");
        Pool none = new Pool(0);
        assertThat(none.full()).isTrue();
        assertThat(none.freeCount()).isZero();
        assertThat(none.trySpawn(() -> 1)).isNull();
        assertThatThrownBy(() -> none.spawn(() -> 1)).isInstanceOf(LoopExit.class).hasMessageContaining("Pool at 0x");
        assertThat(none.join(SHORT)).isTrue();
        assertThat(new Pool().freeCount()).isEqualTo(Integer.MAX_VALUE);
        assertThat(new Pool(7).maxSize()).isEqualTo(7);
    }

    @Test
    @DisplayName("B-POL-09, F-POOL-16: who spawns into a full pool waits until a member ends; there is never one too many")
    void spawnWaits(Hub hub, VirtualClock clock) {
        Pool pool = new Pool(1);
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            pool.spawn(() -> {
                sizes.add(pool.size());
                sleep(hub, 1);
            });
            sizes.add(pool.size());
        }
        pool.join();
        assertThat(sizes).hasSize(8).containsOnly(1);
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(4));
        assertThat(pool.freeCount()).isEqualTo(1);
    }

    @Test
    @DisplayName("B-POL-10: join with a short limit is false while one runs, join without is over when it has ended")
    void join(Hub hub) {
        Pool pool = new Pool(1);
        pool.spawn(() -> sleep(hub, 1));
        assertThat(pool.join(SHORT)).isFalse();
        pool.join();
        assertThat(pool.join(SHORT)).isTrue();
    }

    @Test
    @DisplayName("B-POL-04: a discarded member frees its slot, and lives on until it is killed")
    void discard(Hub hub) {
        Pool pool = new Pool(1);
        Greenlet<Void> member = pool.spawn(() -> sleep(hub, 100));
        hub.yieldNow();
        assertThat(pool.discard(member)).isTrue();
        assertThat(pool.size()).isZero();
        assertThat(pool.freeCount()).isEqualTo(1);
        assertThat(member.dead()).isFalse();
        member.kill();
        assertThat(pool.freeCount()).isEqualTo(1);
    }

    @Test
    @DisplayName("B-POL-06, F-POOL-17: into a full pool, tryAdd fails at once, add and start with a limit with PoolFullException")
    void full(Hub hub, VirtualClock clock) {
        Pool pool = new Pool(1);
        Greenlet<Void> member = pool.spawn(() -> sleep(hub, 100));
        Greenlet<Integer> other = new Greenlet<>(() -> 1);
        assertThat(pool.tryAdd(other)).isFalse();
        assertThat(pool.tryStart(other)).isFalse();
        assertThat(pool.trySpawn(() -> 1)).isNull();
        assertThat(pool.trySpawn(() -> {})).isNull();
        assertThat(clock.elapsed()).isZero();
        assertThatThrownBy(() -> pool.add(other, SHORT)).isInstanceOf(PoolFullException.class)
                .isInstanceOf(RejectedExecutionException.class).hasMessageContaining("is full, also after 0.01s");
        assertThatThrownBy(() -> pool.start(other, SHORT)).isInstanceOf(PoolFullException.class);
        assertThatThrownBy(() -> pool.spawn(() -> 1, SHORT)).isInstanceOf(PoolFullException.class);
        assertThatThrownBy(() -> pool.spawn(() -> {}, Duration.ZERO)).isInstanceOf(PoolFullException.class);
        assertThat(clock.elapsed()).isEqualTo(SHORT.multipliedBy(3));
        assertThat(pool.tryAdd(member)).isTrue(); // it is one already
        assertThat(other.started()).isFalse();
        pool.kill();
        assertThat(pool.tryStart(other)).isTrue();
        assertThat(pool.spawn(() -> 2, Duration.ofSeconds(1)).started()).isTrue();
        pool.join();
        assertThat(other.value()).isEqualTo(1);
    }

    @Test
    @DisplayName("slots go to those who wait in the order of their coming, and nobody overtakes")
    void inOrder(Hub hub) {
        Pool pool = new Pool(2);
        List<Integer> started = new ArrayList<>();
        List<Greenlet<Void>> spawners = IntStream.range(0, 8).mapToObj(number -> hub.spawn(() -> {
            pool.spawn(() -> {
                started.add(number);
                hub.sleep(SHORT);
            });
        })).toList();
        hub.yieldNow();
        hub.yieldNow();
        assertThat(pool.statistics()).isEqualTo(new Pool.Statistics(2, 2, 0, 6, false));
        hub.sleep(SHORT.multipliedBy(2));
        assertThat(pool.trySpawn(() -> started.add(-1))).isNull();
        hub.joinAll(spawners);
        pool.join();
        assertThat(started).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    @DisplayName("F-POOL-18: awaitAvailable tells how many slots are free, 0 when its limit is over; it takes none")
    void awaitAvailable(Hub hub) throws Exception {
        Pool pool = new Pool(2);
        assertThat(pool.awaitAvailable()).isEqualTo(2);
        pool.spawn(() -> sleep(hub, 1));
        assertThat(pool.awaitAvailable(SHORT)).isEqualTo(1);
        pool.spawn(() -> sleep(hub, 2));
        assertThat(pool.full()).isTrue();
        assertThat(pool.awaitAvailable(SHORT)).isZero();
        assertThat(pool.awaitAvailable(Duration.ZERO)).isZero();
        Greenlet<Integer> other = hub.spawn(() -> pool.awaitAvailable());
        assertThat(pool.awaitAvailable()).isEqualTo(1);
        assertThat(other.get()).isEqualTo(1);
        assertThat(pool.tryStart(new Greenlet<>(() -> 1))).isTrue();
        pool.join();
    }

    @Test
    void whoWatchesForASlotWaitsOnIfItWasTaken(Hub hub, VirtualClock clock) throws Exception {
        Pool pool = new Pool(1);
        Greenlet<Void> first = pool.spawn(() -> sleep(hub, 1));
        Greenlet<Integer> watcher = hub.spawn(() -> pool.awaitAvailable(Duration.ofSeconds(10)));
        hub.yieldNow();
        pool.discard(first);
        pool.spawn(() -> sleep(hub, 3)); // before the watcher runs
        assertThat(watcher.get()).isEqualTo(1);
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    @DisplayName("B-ERR-10: with a broken error stream get still throws the error, the slot is free again, and the pool works on")
    void brokenErrorStream(Hub hub) throws Exception {
        hub.errorHandler(null);
        hub.errorStream(new PrintStream(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("broken");
            }
        }) {
            @Override
            public void println(Object line) {
                throw new IllegalStateException("broken");
            }

            @Override
            public void println(String line) {
                throw new IllegalStateException("broken");
            }

            @Override
            public void print(String text) {
                throw new IllegalStateException("broken");
            }
        });
        Pool pool = new Pool(1);
        Greenlet<Integer> failing = pool.spawn(() -> 1 / Integer.parseInt("0"));
        assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(ArithmeticException.class);
        VirtualTime.settle(hub);
        assertThat(pool.freeCount()).isEqualTo(1);
        assertThat(pool.spawn(() -> 2).get()).isEqualTo(2);
    }

    // ---- calls ----

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, Integer.MAX_VALUE})
    @DisplayName("B-POL-01: apply gives the value, or throws the very error, checked or not; nobody else is told of it")
    void apply(int size, Hub hub) throws Exception {
        Pool pool = new Pool(size);
        assertThat(pool.apply(() -> {
            hub.sleep(SHORT);
            return 4;
        })).isEqualTo(4);
        IOException checked = new IOException("checked");
        assertThatThrownBy(() -> pool.apply(() -> {
            throw checked;
        })).isSameAs(checked);
        assertThatThrownBy(() -> pool.apply(() -> Integer.parseInt("x"))).isInstanceOf(NumberFormatException.class);
        assertThat(pool.isEmpty()).isTrue();
    }

    @Test
    void applyOfOneThatIsKilledIsCancelled(Hub hub) {
        Pool pool = new Pool(1);
        hub.spawn(() -> pool.killLater());
        assertThatThrownBy(() -> pool.apply(() -> {
            sleep(hub, 100);
            return 1;
        })).isInstanceOf(CancellationException.class).hasMessageContaining("was killed");
    }

    @Test
    @DisplayName("B-POL-03, F-POOL-07: apply by a member runs right there, so a pool of one doesn't wait for itself")
    void applyByMember() {
        Pool pool = new Pool(1);
        String result = pool.apply(() -> "outer, " + pool.apply(() -> "inner, " + pool.apply(() -> "innermost")));
        assertThat(result).isEqualTo("outer, inner, innermost");
        assertThat(pool.freeCount()).isEqualTo(1);
        assertThat(pool.apply(() -> 1)).isEqualTo(1);
    }

    @Test
    @DisplayName("F-POOL-08: applyAsync never waits: in a full pool the call is queued, counts as a member, and runs in its turn")
    void applyAsync(Hub hub, VirtualClock clock) throws Exception {
        Pool pool = new Pool(1);
        List<Greenlet<Integer>> calls = IntStream.range(0, 3).mapToObj(number -> pool.applyAsync(() -> {
            sleep(hub, 1);
            return number;
        })).toList();
        assertThat(pool.statistics()).isEqualTo(new Pool.Statistics(1, 1, 2, 0, false));
        assertThat(pool).containsExactlyElementsOf(calls);
        assertThat(calls).extracting(Greenlet::started).containsExactly(true, false, false);
        Greenlet<Integer> spawned = pool.spawn(() -> 3); // behind those
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(3));
        assertThat(calls).extracting(Greenlet::value).containsExactly(0, 1, 2);
        assertThat(spawned.get()).isEqualTo(3);
    }

    @Test
    @DisplayName("B-POL-22: the callback of applyAsync and mapAsync gets the result, and nothing after a failure or a kill")
    void callbacks(Hub hub, Errors errors) {
        errors.expect(ArithmeticException.class);
        Pool pool = new Pool(2);
        List<Object> results = new ArrayList<>();
        pool.applyAsync(() -> 7, results::add).join();
        pool.mapAsync(List.of(1, 2, 3), each -> each * each, results::add).join();
        pool.applyAsync(() -> 1 / Integer.parseInt("0"), results::add).join();
        pool.applyAsync(() -> {
            sleep(hub, 100);
            return 8;
        }, results::add).kill();
        VirtualTime.settle(hub);
        assertThat(results).containsExactly(7, List.of(1, 4, 9));
    }

    @Test
    @DisplayName("a queued call that is killed leaves the queue; those behind it keep their places")
    void killQueued(Hub hub) {
        Pool pool = new Pool(1);
        List<Integer> ran = new ArrayList<>();
        List<Greenlet<Boolean>> calls = IntStream.range(0, 4).mapToObj(number -> pool.applyAsync(() -> {
            sleep(hub, 1);
            return ran.add(number);
        })).toList();
        hub.yieldNow();
        calls.get(1).kill();
        assertThat(pool.discard(calls.get(2))).isTrue();
        assertThat(pool.statistics()).isEqualTo(new Pool.Statistics(1, 1, 1, 0, false));
        pool.join();
        assertThat(ran).containsExactly(0, 3);
        assertThat(pool.freeCount()).isEqualTo(1);
        calls.get(2).kill();
    }

    // ---- ending it ----

    @Test
    @DisplayName("kill ends members and queued calls; who waits to spawn gets the slot, and his member is killed as well")
    void kill(Hub hub) {
        Pool pool = new Pool(1);
        Greenlet<Void> running = pool.spawn(() -> sleep(hub, 100));
        Greenlet<Void> queued = pool.applyAsync(() -> {
            throw new AssertionError("ran");
        });
        Greenlet<Greenlet<Void>> spawner = hub.spawn(() -> pool.spawn(() -> sleep(hub, 100)));
        hub.yieldNow();
        pool.kill();
        assertThat(pool.isEmpty()).isTrue();
        assertThat(running.exit()).isNotNull();
        assertThat(queued.exit()).isNotNull();
        assertThat(spawner.value().exit()).isNotNull();
        assertThat(pool.freeCount()).isEqualTo(1);
    }

    @Test
    @DisplayName("F-POOL-19: shutdown lets go of those who wait for a slot, with RejectedExecutionException; queued calls still run")
    void shutdownReleasesSpawners(Hub hub) throws Exception {
        Pool pool = new Pool(1);
        pool.spawn(() -> sleep(hub, 1));
        Greenlet<Integer> queued = pool.applyAsync(() -> 5);
        List<Greenlet<?>> spawners = List.of(
                hub.spawn(() -> refused(() -> pool.spawn(() -> 1))),
                hub.spawn(() -> refused(() -> pool.spawn(() -> 1, Duration.ofSeconds(100)))),
                hub.spawn(() -> refused(() -> pool.apply(() -> 1))),
                hub.spawn(() -> refused(() -> pool.map(List.of(1, 2), each -> each))));
        hub.yieldNow();
        assertThat(pool.statistics().waiting()).isEqualTo(4);
        pool.shutdown();
        hub.joinAllOrThrow(spawners);
        refused(() -> pool.trySpawn(() -> 1));
        refused(() -> pool.applyAsync(() -> 1));
        assertThat(queued.get()).isEqualTo(5);
        pool.join();
    }

    private static void refused(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(RejectedExecutionException.class).hasMessageContaining("was shut down");
    }

    @Test
    @DisplayName("F-POOL-17: who is killed or timed out while it waits for a slot leaves the counts intact")
    void killedSpawner(Hub hub) throws Exception {
        Pool pool = new Pool(1);
        pool.spawn(() -> sleep(hub, 10));
        Greenlet<?> killed = hub.spawn(() -> pool.spawn(() -> 1));
        Greenlet<?> late = hub.spawn(() -> assertThatThrownBy(() -> Timeout.call(SHORT, () -> pool.spawn(() -> 1)))
                .isInstanceOf(java.util.concurrent.TimeoutException.class));
        Greenlet<Greenlet<Integer>> patient = hub.spawn(() -> pool.spawn(() -> 3));
        hub.yieldNow();
        killed.kill();
        late.get();
        assertThat(pool.statistics()).isEqualTo(new Pool.Statistics(1, 1, 0, 1, false));
        assertThat(patient.get().get()).isEqualTo(3);
        assertThat(pool.freeCount()).isEqualTo(1);
    }

    @Test
    @DisplayName("a spawner killed after a slot was meant for it starts its member, and dies at its next wait")
    void killedTooLate(Hub hub) {
        Pool pool = new Pool(1);
        List<String> events = new ArrayList<>();
        Greenlet<Void> member = pool.spawn(() -> sleep(hub, 100));
        Greenlet<Void> spawner = hub.spawn(() -> {
            pool.spawn(() -> {
                events.add("ran");
            });
            sleep(hub, 1);
            events.add("not killed");
        });
        hub.yieldNow();
        pool.discard(member);
        assertThat(pool.join(Duration.ZERO)).isFalse(); // its slot is taken
        spawner.kill(new GreenletExit());
        pool.join();
        assertThat(events).containsExactly("ran");
        assertThat(pool.freeCount()).isEqualTo(1);
        member.kill();
    }

    @Test
    void worksInTryWithResources(VirtualClock clock, Hub hub) throws IOException {
        List<String> pages = new ArrayList<>();
        try (var pool = new Pool(10)) {
            for (var page : pool.map(List.of("a", "b", "c"), url -> fetch(hub, url))) {
                pages.add(page);
            }
        }
        assertThat(pages).containsExactly("page a", "page b", "page c");
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(1));
    }

    private static String fetch(Hub hub, String url) throws IOException {
        sleep(hub, 1);
        if (url.isEmpty()) {
            throw new IOException("no url");
        }
        return "page " + url;
    }
}
