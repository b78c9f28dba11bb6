package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The map family, of groups and of pools of all sizes. */
@OnHub
class MapTest {
    private static final int UNLIMITED = Integer.MAX_VALUE;

    static int[] sizes() {
        return new int[] {1, 2, 3, 10, UNLIMITED};
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private static List<Integer> squares(int count) {
        return IntStream.range(0, count).mapToObj(i -> i * i).toList();
    }

    private static void sleep(Hub hub, int millis) {
        hub.sleep(Duration.ofMillis(millis));
    }

    private static <R> List<R> rest(Results<R> results) {
        List<R> rest = new ArrayList<>();
        results.forEachRemaining(rest::add);
        return rest;
    }

    // ---- results ----

    @ParameterizedTest
    @MethodSource("sizes")
    @DisplayName("B-POL-12, F-POOL-10: map gives the results in the order of the items")
    void map(int size, Hub hub) {
        Pool pool = new Pool(size);
        Random random = new Random(size);
        for (int count : List.of(10, 100)) {
            assertThat(pool.map(numbers(count), i -> {
                sleep(hub, random.nextInt(5));
                return i * i;
            })).isEqualTo(squares(count));
        }
        assertThat(pool.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("sizes")
    @DisplayName("B-POL-13, F-POOL-12: imap gives the results in the order of the items, then ends")
    void imap(int size, Hub hub) {
        Pool pool = new Pool(size);
        Random random = new Random(size);
        Results<Integer> results = pool.imap(numbers(1000), i -> {
            sleep(hub, random.nextInt(5));
            return i * i;
        });
        for (int i = 0; i < 1000; i++) {
            assertThat(results.next()).isEqualTo(i * i);
        }
        assertThat(results.hasNext()).isFalse();
        assertThatThrownBy(results::next).isInstanceOf(NoSuchElementException.class);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    @DisplayName("F-POOL-13: imapUnordered gives the results in the order in which the calls end")
    void imapUnordered(int size, Hub hub) {
        Pool pool = new Pool(size);
        Random random = new Random(size);
        List<Integer> order = new ArrayList<>();
        List<Integer> results = new ArrayList<>();
        for (int result : pool.imapUnordered(numbers(100), i -> {
            sleep(hub, random.nextInt(5));
            order.add(i * i);
            return i * i;
        })) {
            results.add(result);
        }
        assertThat(results).isEqualTo(order).containsExactlyInAnyOrderElementsOf(squares(100));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    @DisplayName("B-POL-15: nothing comes of nothing")
    void empty(int size) {
        Pool pool = new Pool(size);
        assertThat(pool.map(List.<Integer>of(), i -> i)).isEmpty();
        assertThat(pool.imap(List.<Integer>of(), i -> i).hasNext()).isFalse();
        assertThat(pool.imapUnordered(List.<Integer>of(), i -> i).hasNext()).isFalse();
    }

    @Test
    void nullResults() {
        Group group = new Group();
        assertThat(group.map(List.of(1, 2), i -> i == 1 ? null : i)).containsExactly(null, 2);
        assertThat(rest(group.imap(List.of(1, 2), i -> i == 1 ? null : i))).containsExactly(null, 2);
    }

    @Test
    @DisplayName("map is as quick as its slowest item when there are slots, and never has more members than slots")
    void concurrency(Hub hub, VirtualClock clock) {
        Pool pool = new Pool(4);
        List<Integer> sizes = new ArrayList<>();
        pool.map(numbers(8), i -> {
            sizes.add(pool.size());
            sleep(hub, 100);
            return i;
        });
        assertThat(clock.elapsed()).isEqualTo(Duration.ofMillis(200));
        assertThat(Collections.max(sizes)).isEqualTo(4);
    }

    // ---- inputs ----

    @ParameterizedTest
    @MethodSource("sizes")
    @DisplayName("B-POL-16: the input may be a queue that is still being filled, ended by its shutdown")
    void liveQueue(int size, Hub hub) {
        FifoQueue<Integer> queue = new FifoQueue<>();
        Pool pool = new Pool(size);
        hub.spawn(() -> {
            for (int i = 0; i < 10; i++) {
                queue.put(i);
                sleep(hub, 10);
            }
            queue.shutdown();
        });
        List<Integer> results = new ArrayList<>();
        pool.imap(queue.untilShutdown(), i -> i * i).forEach(results::add);
        assertThat(results).isEqualTo(squares(10));
        Channel<Integer> channel = new Channel<>();
        hub.spawn(() -> {
            numbers(10).forEach(channel::put);
            channel.shutdown();
        });
        List<Integer> unordered = new ArrayList<>();
        pool.imapUnordered(channel.untilShutdown(), i -> i * i).forEach(unordered::add);
        assertThat(unordered).containsExactlyInAnyOrderElementsOf(squares(10));
    }

    @Test
    void iteratorsAndStreams() {
        Group group = new Group();
        Iterator<Integer> iterator = numbers(3).iterator();
        Stream<Integer> stream = Stream.of(3, 4);
        assertThat(group.map(() -> iterator, i -> i * i)).containsExactly(0, 1, 4);
        assertThat(group.map(stream::iterator, i -> i * i)).containsExactly(9, 16);
    }

    /** Two items, then an error. */
    private static Iterable<Integer> failing() {
        return () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                if (next == 2) {
                    throw new ArithmeticException("of the input");
                }
                return next++;
            }
        };
    }

    @ParameterizedTest
    @MethodSource("sizes")
    @DisplayName("B-POL-19: an error of the input comes out of map, and out of imap after the results before it")
    void inputFails(int size, Hub hub) {
        Pool pool = new Pool(size);
        assertThatThrownBy(() -> pool.map(failing(), i -> i)).isInstanceOf(ArithmeticException.class);
        pool.join();
        for (Results<Integer> results : List.of(pool.imap(failing(), i -> i), pool.imapUnordered(failing(), i -> i))) {
            assertThat(results.next()).isEqualTo(0);
            assertThat(results.next()).isEqualTo(1);
            assertThat(results.hasNext()).isTrue();
            assertThatThrownBy(results::next).isInstanceOf(ArithmeticException.class).hasMessage("of the input");
            assertThat(results.hasNext()).isFalse();
        }
    }

    // ---- errors ----

    @ParameterizedTest
    @MethodSource("sizes")
    @DisplayName("B-POL-21: value, error, value, end: iteration survives an item that fails")
    void itemFails(int size) {
        Pool pool = new Pool(size);
        for (Results<Integer> results : List.of(
                pool.imap(List.of(1, 0, 2), i -> 10 / i), pool.imapUnordered(List.of(1, 0, 2), i -> 10 / i))) {
            assertThat(results.next()).isEqualTo(10);
            assertThatThrownBy(results::next).isInstanceOf(ArithmeticException.class);
            assertThat(results.next()).isEqualTo(5);
            assertThat(results.hasNext()).isFalse();
        }
    }

    @Test
    void checkedErrorsAreWrappedByIterators() {
        Group group = new Group();
        IOException error = new IOException("checked");
        Results<Integer> results = group.imap(List.of(1), i -> {
            throw error;
        });
        assertThatThrownBy(results::next).isInstanceOf(CompletionException.class).hasCause(error);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    @DisplayName("B-POL-01, F-POOL-10: map throws what the first item that failed threw, as it is, and reads no further")
    void mapFails(int size, Hub hub) {
        Pool pool = new Pool(size);
        List<Integer> begun = new ArrayList<>();
        IOException error = new IOException("checked");
        assertThatThrownBy(() -> pool.map(numbers(1000), i -> {
            begun.add(i);
            sleep(hub, i);
            if (i >= 2) {
                throw error;
            }
            return i;
        })).isSameAs(error);
        pool.join();
        if (size != UNLIMITED) {
            assertThat(begun).hasSizeLessThan(20);
        }
    }

    @Test
    @DisplayName("map declares what its function throws, and nothing else")
    void mapDeclaresWhatItThrows() throws IOException {
        Group group = new Group();
        assertThat(group.map(List.of(1), i -> i)).containsExactly(1);
        assertThat(group.map(List.of("a"), MapTest::read)).containsExactly("read a");
    }

    private static String read(String name) throws IOException {
        if (name.isEmpty()) {
            throw new IOException("no name");
        }
        return "read " + name;
    }

    @ParameterizedTest
    @MethodSource("sizes")
    @DisplayName("B-POL-24: a kill of the pool ends a map over many slow items at once; it is cancelled, not half a result")
    void killOfThePool(int size, Hub hub, VirtualClock clock, Errors errors) {
        errors.expect(CancellationException.class);
        Pool pool = new Pool(size);
        Greenlet<List<Void>> mapping = pool.mapAsync(numbers(20), i -> {
            sleep(hub, 60_000);
            return null;
        });
        sleep(hub, 100);
        pool.kill();
        assertThatThrownBy(mapping::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(CancellationException.class);
        assertThat(clock.elapsed()).isEqualTo(Duration.ofMillis(100));
        assertThat(pool.isEmpty()).isTrue();
    }

    @Test
    void aKilledItemIsCancelledAndTheOthersGoOn(Hub hub) {
        Pool pool = new Pool(3);
        Results<Integer> results = pool.imap(numbers(3), i -> {
            sleep(hub, 10);
            return i;
        });
        hub.yieldNow();
        hub.yieldNow();
        pool.killOne(pool.members().get(1));
        assertThat(results.next()).isZero();
        assertThatThrownBy(results::next).isInstanceOf(CancellationException.class).hasMessageContaining("was killed");
        assertThat(results.next()).isEqualTo(2);
    }

    @Test
    @DisplayName("F-POOL-11: mapAsync waits in a greenlet that isn't a member")
    void mapAsync(Hub hub) throws Exception {
        Pool pool = new Pool(1);
        Greenlet<List<Integer>> mapping = pool.mapAsync(numbers(5), i -> {
            sleep(hub, 1);
            return i * i;
        });
        hub.yieldNow();
        assertThat(pool.contains(mapping)).isFalse();
        assertThat(mapping.get()).isEqualTo(squares(5));
    }

    @Test
    @DisplayName("B-POL-03: a member that maps over its own full pool works on items itself")
    void mapByMember(Hub hub) {
        Pool pool = new Pool(1);
        List<Integer> result = pool.apply(() -> pool.map(numbers(5), i -> pool.map(List.of(i), j -> j * j).getFirst()));
        assertThat(result).isEqualTo(squares(5));
        Pool two = new Pool(2);
        IOException error = new IOException("checked");
        assertThatThrownBy(() -> two.apply(() -> two.map(numbers(5), i -> {
            if (i == 3) {
                throw error;
            }
            return i;
        }))).isSameAs(error);
        two.join();
    }

    // ---- laziness ----

    @Test
    @DisplayName("O-POL-01: imap begins at once: with maxSize 1 one call was begun before the iteration is")
    void beginsAtOnce(Hub hub) {
        Group group = new Group();
        List<Integer> begun = new ArrayList<>();
        Results<Integer> results = group.imap(numbers(10), i -> {
            begun.add(i);
            return i;
        }, 1);
        VirtualTime.settle(hub);
        assertThat(begun).containsExactly(0);
        results.close();
        VirtualTime.settle(hub);
        assertThat(begun).containsExactly(0);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    @DisplayName("B-POL-18, F-POOL-14: maxSize 1: while item i is worked on, no more than i + 2 were begun; results don't pile up")
    void backPressure(int size, Hub hub) {
        Pool pool = new Pool(size);
        for (boolean ordered : List.of(true, false)) {
            int[] begun = new int[1];
            Mapping<Integer, Integer, RuntimeException> mapping = i -> {
                begun[0]++;
                return i;
            };
            Results<Integer> results = ordered ? pool.imap(numbers(10), mapping, 1) : pool.imapUnordered(numbers(10), mapping, 1);
            int index = 0;
            for (int result : results) {
                assertThat(result).isEqualTo(index);
                sleep(hub, 10); // a slow consumer
                assertThat(begun[0]).isLessThanOrEqualTo(index + 2);
                index++;
            }
            assertThat(index).isEqualTo(10);
        }
    }

    @Test
    @DisplayName("F-POOL-14: without maxSize the input is read as fast as members can be started")
    void noBackPressure(Hub hub) {
        Pool pool = new Pool(2);
        List<Integer> begun = new ArrayList<>();
        Results<Integer> results = pool.imap(numbers(10), i -> {
            begun.add(i);
            return i;
        });
        VirtualTime.settle(hub);
        assertThat(begun).hasSize(10);
        assertThat(rest(results)).hasSize(10);
        assertThatIllegalArgumentException().isThrownBy(() -> pool.imap(numbers(1), i -> i, 0))
                .withMessage("maxSize: 0 (expected: > 0)");
    }

    @Test
    void closedResultsReadNoFurther(Hub hub) throws Exception {
        FifoQueue<Integer> input = new FifoQueue<>();
        Group group = new Group();
        List<Integer> done = new ArrayList<>();
        Greenlet<Boolean> consumer;
        try (Results<Integer> results = group.imap(input.untilShutdown(), i -> {
            sleep(hub, 10);
            done.add(i);
            return i;
        })) {
            input.put(1);
            assertThat(results.next()).isEqualTo(1);
            input.put(2);
            sleep(hub, 5);
            consumer = hub.spawn(results::hasNext);
            hub.yieldNow();
        }
        assertThat(consumer.get()).isFalse();
        input.put(3);
        group.join();
        assertThat(done).containsExactly(1, 2); // what was begun goes on
        assertThat(input).containsExactly(3);
    }

    @Test
    void shutdownOfThePoolEndsTheInput(Hub hub) {
        Pool pool = new Pool(1);
        Results<Integer> results = pool.imap(numbers(5), i -> {
            sleep(hub, 10);
            return i;
        });
        assertThat(results.next()).isZero();
        pool.shutdown();
        assertThat(results.next()).isEqualTo(1);
        assertThatThrownBy(() -> {
            while (results.hasNext()) {
                results.next();
            }
        }).isInstanceOf(java.util.concurrent.RejectedExecutionException.class);
        assertThat(results.hasNext()).isFalse();
    }

    @Test
    void aKillOfWhatFeedsEndsTheResultsWithAnError(Hub hub) {
        for (boolean begun : List.of(true, false)) {
            FifoQueue<Integer> input = new FifoQueue<>(List.of(1));
            Results<Integer> results = new Group().imap(input.untilShutdown(), i -> i);
            Greenlet<?> feeder = hub.greenlets().getLast();
            if (begun) {
                assertThat(results.next()).isEqualTo(1);
            }
            feeder.kill();
            assertThatThrownBy(results::next).isInstanceOf(CancellationException.class).hasMessageContaining("what feeds");
            assertThat(results.hasNext()).isFalse();
            assertThat(input).hasSize(begun ? 0 : 1);
        }
    }

    @Test
    void theConsumersKillLosesNoResult(Hub hub) {
        Group group = new Group();
        Results<Integer> results = group.imap(numbers(3), i -> {
            sleep(hub, 10);
            return i;
        });
        Greenlet<Integer> consumer = hub.spawn(results::next);
        hub.yieldNow();
        consumer.kill();
        assertThat(rest(results)).containsExactly(0, 1, 2);
    }
}
