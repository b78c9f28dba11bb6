package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.LoopExit;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What all queues have in common, told for each kind, with and without hand-over. */
@OnHub
class QueueTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(10);

    // ---- without waiting ----

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("B-QUE-01, B-QUE-04, F-Q-09: a loop callback may offer and poll; it gets false when full, null when empty")
    void callbacksOfferAndPoll(QueueKind kind, Hub hub) {
        JoinableQueue<String> queue = kind.make(1);
        List<Object> answers = new ArrayList<>();
        hub.loop().runCallback(() -> answers.add(queue.offer("one")));
        hub.loop().runCallback(() -> answers.add(queue.offer("two")));
        hub.loop().runCallback(() -> answers.add(queue.poll()));
        hub.loop().runCallback(() -> answers.add(queue.poll()));
        VirtualTime.settle(hub);
        assertThat(answers).containsExactly(true, false, "one", null);
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("B-QUE-02: an offer in a loop callback reaches a greenlet that waits in take; the queue is empty then")
    void callbackFeedsTaker(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<String> queue = kind.make(1);
        Greenlet<String> taker = hub.spawn(() -> queue.take());
        hub.yieldNow();
        assertThat(queue.statistics().takers()).isEqualTo(1);
        hub.loop().runCallback(() -> queue.add("item"));
        assertThat(taker.get()).isEqualTo("item");
        assertThat(queue).isEmpty();
        assertThat(queue.remainingCapacity()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("B-QUE-05, F-Q-02: peek, then take, of an item that is there: the same item, and nobody else runs")
    void readyItemsDoNotSwitch(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<String> queue = kind.make();
        List<String> others = new ArrayList<>();
        hub.spawn(() -> {
            others.add("ran");
        });
        queue.put("item");
        assertThat(queue.peek()).isEqualTo("item");
        assertThat(queue.awaitPeek()).isEqualTo("item");
        assertThat(queue.take()).isEqualTo("item");
        assertThat(others).isEmpty();
        hub.yieldNow();
    }

    @Test
    @DisplayName("B-QUE-25: peek is what take gives next; first in first out, last in first out, least first")
    void orders() throws Exception {
        assertThat(drained(QueueKind.FIFO)).containsExactly(111, 333, 222, 444);
        assertThat(drained(QueueKind.FAIR_FIFO)).containsExactly(111, 333, 222, 444);
        assertThat(drained(QueueKind.LIFO)).containsExactly(444, 222, 333, 111);
        assertThat(drained(QueueKind.FAIR_LIFO)).containsExactly(444, 222, 333, 111);
        assertThat(drained(QueueKind.ORDERED)).containsExactly(111, 222, 333, 444);
        assertThat(drained(QueueKind.FAIR_ORDERED)).containsExactly(111, 222, 333, 444);
    }

    private static List<Integer> drained(QueueKind kind) throws Exception {
        JoinableQueue<Integer> queue = kind.make();
        for (int item : List.of(111, 333, 222, 444)) {
            queue.put(item);
        }
        List<Integer> items = new ArrayList<>();
        while (!queue.isEmpty()) {
            Integer next = queue.peek();
            assertThat(queue.take()).isSameAs(next);
            items.add(next);
        }
        return items;
    }

    @Test
    @DisplayName("F-Q-01: a size of 0 or less is refused; the message leads to Channel")
    void sizesThatAreNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FifoQueue<>(0))
                .withMessageContaining("maxSize: 0 (expected: > 0").withMessageContaining("Channel");
        assertThatIllegalArgumentException().isThrownBy(() -> new LifoQueue<>(-1)).withMessageContaining("maxSize: -1");
        assertThatIllegalArgumentException().isThrownBy(() -> new FifoQueue<>(1, false, List.of(1, 2)))
                .withMessage("items: 2 (expected: <= maxSize, which is 1)");
        assertThatIllegalArgumentException().isThrownBy(() -> new FifoQueue<String>(1).maxSize(0));
    }

    // ---- waiting to take ----

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("B-QUE-07, B-QUE-26: a take, awaitPeek or put with a limit ends after it, with null or false")
    void limitsEndWaits(QueueKind kind, VirtualClock clock) {
        JoinableQueue<String> queue = kind.make(1);
        assertThat(queue.awaitPeek(SHORT)).isNull();
        assertThat(clock.elapsed()).isEqualTo(SHORT);
        assertThat(queue.take(SHORT)).isNull();
        assertThat(clock.elapsed()).isEqualTo(SHORT.multipliedBy(2));
        assertThat(queue.put("one", SHORT)).isTrue();
        assertThat(queue.put("two", SHORT)).isFalse();
        assertThat(clock.elapsed()).isEqualTo(SHORT.multipliedBy(3));
        assertThat(queue).containsExactly("one");
        assertThat(queue.take(Duration.ZERO)).isEqualTo("one");
        assertThat(queue.take(Duration.ZERO)).isNull();
        assertThat(clock.elapsed()).isEqualTo(SHORT.multipliedBy(3));
        assertThat(queue.statistics()).isEqualTo(
                new JoinableQueue.Statistics(0, 1, 1, 0, 0, 0, false));
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("B-QUE-08: awaitPeek waits until an item is put, and leaves it there")
    void peekWaits(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<String> queue = kind.make();
        Greenlet<String> peeker = hub.spawn(() -> queue.awaitPeek());
        Greenlet<String> other = hub.spawn(() -> queue.awaitPeek(LONG));
        hub.yieldNow();
        queue.put("item");
        assertThat(peeker.get()).isEqualTo("item");
        assertThat(other.get()).isEqualTo("item");
        assertThat(queue).containsExactly("item");
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("B-QUE-10: as many takers get an item as items are put, singly or two at once")
    void asManyTakersAsItems(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<String> queue = kind.make();
        List<String> got = new ArrayList<>();
        List<Greenlet<Void>> takers = IntStream.range(0, 4).mapToObj(number -> hub.spawn(() -> {
            got.add(number + queue.take());
        })).toList();
        hub.yieldNow();
        queue.put("a");
        VirtualTime.settle(hub);
        assertThat(got).containsExactly("0a");
        queue.put("b");
        VirtualTime.settle(hub);
        assertThat(got).containsExactly("0a", "1b");
        queue.put("c");
        queue.put("d");
        hub.joinAll(takers);
        assertThat(got).hasSize(4).contains("0a", "1b");
        assertThat(got.subList(2, 4)).allMatch(each -> each.matches("[23][cd]"));
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("B-QUE-11: a taker whose limit of zero is over takes nothing; what comes later is for others")
    void zeroLimitLosesNothing(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<String> queue = kind.make();
        Greenlet<String> taker = hub.spawn(() -> queue.take(Duration.ZERO));
        hub.yieldNow();
        queue.put("item");
        assertThat(taker.get()).isNull();
        assertThat(queue.take()).isEqualTo("item");
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("B-QUE-13, F-Q-05: takers that die leave the item to others")
    void dyingTakersLoseNothing(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<String> queue = kind.make();
        List<Greenlet<String>> takers = List.of(hub.spawn(() -> queue.take()), hub.spawn(() -> queue.take()));
        hub.yieldNow();
        hub.killAll(takers);
        queue.put("item");
        hub.yieldNow();
        assertThat(queue).containsExactly("item");
        assertThat(queue.statistics().takers()).isZero();
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("F-Q-05: a taker killed after an item was meant for it takes the item, and dies at its next wait")
    void killThatComesTooLate(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<String> queue = kind.make();
        List<String> got = new ArrayList<>();
        Greenlet<Void> taker = hub.spawn(() -> {
            got.add(queue.take());
            hub.sleep(LONG);
            got.add("not killed");
        });
        Greenlet<String> next = hub.spawn(() -> queue.take());
        hub.yieldNow();
        queue.put("one");
        queue.put("two");
        taker.kill();
        assertThat(got).hasSize(1);
        assertThat(List.of(got.getFirst(), next.get())).containsExactlyInAnyOrder("one", "two");
        assertThat(queue).isEmpty();
    }

    @Test
    @DisplayName("F-Q-10: main waits on an empty queue and nobody can put: LoopExit names the queue")
    void nobodyCanPut() {
        FifoQueue<String> queue = new FifoQueue<>();
        assertThatThrownBy(queue::take).isInstanceOf(LoopExit.class).hasMessageContaining("FifoQueue at 0x");
        assertThatThrownBy(queue::awaitPeek).isInstanceOf(LoopExit.class);
        assertThat(queue.statistics().takers()).isZero();
    }

    @ParameterizedTest
    @EnumSource(value = QueueKind.class, names = {"FIFO", "LIFO", "ORDERED"})
    @DisplayName("O-QUE-02, F-Q-04: a poll before the woken taker runs wins; the taker waits on without error")
    void thiefWins(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<String> queue = kind.make();
        Greenlet<String> taker = hub.spawn(() -> queue.take());
        hub.yieldNow();
        queue.put("stolen");
        assertThat(queue.poll()).isEqualTo("stolen");
        VirtualTime.settle(hub);
        assertThat(taker.ready()).isFalse();
        assertThat(queue.statistics().takers()).isEqualTo(1);
        queue.put("left");
        assertThat(taker.get()).isEqualTo("left");
    }

    @ParameterizedTest
    @EnumSource(value = QueueKind.class, names = {"FAIR_FIFO", "FAIR_LIFO", "FAIR_ORDERED"})
    @DisplayName("D-04: of a fair queue nobody can steal what is meant for one who waits")
    void noThiefOfFairQueue(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<String> queue = kind.make();
        Greenlet<String> taker = hub.spawn(() -> queue.take());
        hub.yieldNow();
        queue.put("item");
        assertThat(queue.poll()).isNull();
        assertThat(queue).isEmpty();
        assertThat(taker.get()).isEqualTo("item");
    }

    @ParameterizedTest
    @EnumSource(value = QueueKind.class, names = {"FIFO", "LIFO", "ORDERED"})
    @DisplayName("F-Q-05: takers robbed of their wake-ups keep their places")
    void robbedTakersKeepTheirPlaces(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<String> queue = kind.make();
        List<Integer> served = new ArrayList<>();
        List<Greenlet<Void>> takers = IntStream.range(0, 4).mapToObj(number -> hub.spawn(() -> {
            queue.take();
            served.add(number);
        })).toList();
        hub.yieldNow();
        for (int i = 0; i < 3; i++) { // wakes three, and gives them nothing
            queue.put("item");
        }
        queue.clear();
        VirtualTime.settle(hub);
        assertThat(served).isEmpty();
        for (int i = 0; i < 4; i++) {
            queue.put("item");
        }
        hub.joinAll(takers);
        assertThat(served).containsExactly(0, 1, 2, 3);
    }

    @ParameterizedTest
    @EnumSource(value = QueueKind.class, names = {"FIFO", "LIFO", "ORDERED"})
    @DisplayName("F-Q-04: a taker robbed of its item goes on waiting until its limit, counted from its beginning")
    void robbedTakerKeepsItsLimit(QueueKind kind, Hub hub, VirtualClock clock) throws Exception {
        JoinableQueue<String> queue = kind.make();
        Greenlet<String> taker = hub.spawn(() -> queue.take(Duration.ofSeconds(10)));
        hub.sleep(Duration.ofSeconds(7));
        queue.put("stolen");
        queue.poll();
        assertThat(taker.get()).isNull();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(10));
    }

    // ---- waiting for room ----

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("F-Q-03, F-Q-05: putters wait for room and get it in the order of their coming")
    void puttersInOrder(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<Integer> queue = kind.make(1);
        queue.put(0);
        List<Integer> done = new ArrayList<>();
        List<Greenlet<Void>> putters = IntStream.rangeClosed(1, 4).mapToObj(number -> hub.spawn(() -> {
            queue.put(number);
            done.add(number);
        })).toList();
        hub.yieldNow();
        assertThat(queue.statistics().putters()).isEqualTo(4);
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            taken.add(queue.take());
        }
        hub.joinAll(putters);
        assertThat(taken).containsExactly(0, 1, 2, 3, 4);
        assertThat(done).containsExactly(1, 2, 3, 4);
    }

    @ParameterizedTest
    @EnumSource(value = QueueKind.class, names = {"FAIR_FIFO", "FAIR_LIFO", "FAIR_ORDERED"})
    @DisplayName("D-04: a freed place of a fair queue gets the item of who waits, in the same step")
    void freedPlaceIsHandedOver(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<Integer> queue = kind.make(1);
        queue.put(1);
        Greenlet<Void> putter = hub.spawn(() -> queue.put(2));
        hub.yieldNow();
        assertThat(queue.take()).isEqualTo(1);
        assertThat(queue.offer(3)).isFalse();
        assertThat(queue).containsExactly(2);
        putter.join();
    }

    @ParameterizedTest
    @EnumSource(value = QueueKind.class, names = {"FIFO", "LIFO", "ORDERED"})
    @DisplayName("F-Q-03: until a woken putter runs its place is free, and another may take it; it waits on")
    void overtakenPutter(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<Integer> queue = kind.make(1);
        queue.put(1);
        Greenlet<Void> putter = hub.spawn(() -> queue.put(2));
        hub.yieldNow();
        assertThat(queue.take()).isEqualTo(1);
        assertThat(queue).isEmpty();
        assertThat(queue.offer(3)).isTrue();
        VirtualTime.settle(hub);
        assertThat(putter.ready()).isFalse();
        assertThat(queue.take()).isEqualTo(3);
        putter.join();
        assertThat(queue).containsExactly(2);
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("D-16, F-Q-12: a larger maxSize lets as many putters go on as there is room for, and no more")
    void enlargingWakesPutters(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<Integer> queue = kind.make(1);
        queue.put(0);
        List<Greenlet<Void>> putters = IntStream.rangeClosed(1, 4).mapToObj(number -> hub.spawn(() -> queue.put(number))).toList();
        hub.yieldNow();
        queue.maxSize(3);
        VirtualTime.settle(hub);
        assertThat(queue).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(queue.maxSize()).isEqualTo(3);
        assertThat(queue.statistics().putters()).isEqualTo(2);
        queue.maxSize(JoinableQueue.UNBOUNDED);
        hub.joinAll(putters);
        assertThat(queue).hasSize(5);
        queue.maxSize(2);
        assertThat(queue).hasSize(5);
        assertThat(queue.remainingCapacity()).isZero();
        assertThat(queue.offer(9)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("F-Q-05: a putter that dies, or whose limit is over, leaves no trace, and those behind it go on")
    void dyingPutters(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<Integer> queue = kind.make(1);
        queue.put(0);
        Greenlet<Void> killed = hub.spawn(() -> queue.put(1));
        Greenlet<Boolean> limited = hub.spawn(() -> queue.put(2, SHORT));
        Greenlet<Void> patient = hub.spawn(() -> queue.put(3));
        hub.yieldNow();
        killed.kill();
        assertThat(limited.get()).isFalse();
        assertThat(queue.take()).isEqualTo(0);
        patient.join();
        assertThat(queue).containsExactly(3);
        assertThat(queue.unfinishedTasks()).isEqualTo(2);
    }

    // ---- tasks ----

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("B-QUE-16: taskDone counts down to 0; once more is refused")
    void tasksAreCounted(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<String> queue = kind.make();
        queue.put("item");
        queue.take();
        assertThat(queue.unfinishedTasks()).isEqualTo(1);
        queue.taskDone();
        assertThat(queue.unfinishedTasks()).isZero();
        assertThatIllegalStateException().isThrownBy(queue::taskDone).withMessageContaining("more often than items were put");
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("B-QUE-17: items that it was made with are tasks; join is over when the last of them is done")
    void joinWaitsForInitialItems(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<Integer> queue = kind.make(JoinableQueue.UNBOUNDED, List.of(1, 2, 3));
        assertThat(queue.unfinishedTasks()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            queue.take();
            assertThat(queue.join(SHORT)).isFalse();
            queue.taskDone();
        }
        assertThat(queue.join(SHORT)).isTrue();
        queue.join();
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("F-Q-14: all who wait in join go on when the work is finished")
    void joinersAreWoken(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<Integer> queue = kind.make(2, List.of(1));
        Greenlet<Void> joiner = hub.spawn(() -> queue.join());
        Greenlet<Boolean> limited = hub.spawn(() -> queue.join(LONG));
        hub.yieldNow();
        assertThat(queue.statistics().joiners()).isEqualTo(2);
        Greenlet<Void> worker = hub.spawn(() -> {
            queue.put(queue.take() + 1);
            queue.taskDone();
            hub.sleep(SHORT);
            queue.take();
            queue.taskDone();
        });
        hub.joinAll(List.of(joiner, worker));
        assertThat(limited.get()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("B-QUE-19: join of a queue that nothing was ever put into is over at once, without a switch")
    void joinOfVirginQueue(QueueKind kind, Hub hub) {
        JoinableQueue<String> queue = kind.make();
        List<String> others = new ArrayList<>();
        hub.spawn(() -> {
            others.add("ran");
        });
        queue.join();
        assertThat(queue.join(LONG)).isTrue();
        assertThat(others).isEmpty();
        hub.yieldNow();
    }

    // ---- the end ----

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("B-QUE-20: after shutdown puts fail, what is left can be taken, then every take fails; join is over then")
    void shutdownIsGraceful(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<Integer> queue = kind.make(3, List.of(1, 2));
        Greenlet<Void> joiner = hub.spawn(() -> queue.join());
        hub.yieldNow();
        queue.shutdown();
        queue.shutdown();
        assertThat(queue.isShutdown()).isTrue();
        assertThatThrownBy(() -> queue.put(3)).isInstanceOf(QueueShutdownException.class).hasMessageContaining("was shut down");
        assertThatThrownBy(() -> queue.offer(3)).isInstanceOf(QueueShutdownException.class);
        assertThatThrownBy(() -> queue.put(3, SHORT)).isInstanceOf(QueueShutdownException.class);
        assertThat(List.of(queue.take(), queue.poll())).containsExactlyInAnyOrder(1, 2);
        queue.taskDone();
        queue.taskDone();
        joiner.join();
        assertThatThrownBy(queue::take).isInstanceOf(QueueShutdownException.class);
        assertThatThrownBy(queue::poll).isInstanceOf(QueueShutdownException.class);
        assertThatThrownBy(() -> queue.take(SHORT)).isInstanceOf(QueueShutdownException.class);
        assertThatThrownBy(() -> queue.awaitPeek(SHORT)).isInstanceOf(QueueShutdownException.class);
        assertThat(queue.peek()).isNull();
        assertThat(queue.drainTo(new ArrayList<>())).isZero();
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("F-Q-15: shutdown reaches those who wait to take, to peek and to put")
    void shutdownReachesThoseWhoWait(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<Integer> empty = kind.make();
        JoinableQueue<Integer> full = kind.make(1, List.of(1));
        List<Greenlet<?>> waiting = List.of(
                hub.spawn(() -> refused(() -> empty.take())),
                hub.spawn(() -> refused(() -> empty.take(LONG))),
                hub.spawn(() -> refused(() -> empty.awaitPeek())),
                hub.spawn(() -> refused(() -> full.put(2))),
                hub.spawn(() -> refused(() -> full.put(3, LONG))));
        hub.yieldNow();
        empty.shutdown();
        full.shutdown();
        hub.joinAllOrThrow(waiting);
        assertThat(full).containsExactly(1);
        assertThat(empty.statistics().takers()).isZero();
    }

    private interface Refused {
        void run() throws Exception;
    }

    private static void refused(Refused call) {
        assertThatThrownBy(call::run).isInstanceOf(QueueShutdownException.class);
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("F-Q-15: shutdownNow drops what is there, whose tasks are done then, and lets joiners go")
    void shutdownNowDrops(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<Integer> queue = kind.make(2, List.of(1, 2));
        queue.take();
        Greenlet<Void> joiner = hub.spawn(() -> queue.join());
        hub.yieldNow();
        assertThat(queue.shutdownNow()).hasSize(1);
        assertThat(queue).isEmpty();
        assertThat(queue.unfinishedTasks()).isEqualTo(1);
        queue.taskDone();
        joiner.join();
        assertThatThrownBy(queue::take).isInstanceOf(QueueShutdownException.class);
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("F-Q-11: a loop over untilShutdown gets every item, waits for more, and ends with the shutdown")
    void iterationUntilShutdown(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<Integer> queue = kind.make(2);
        Greenlet<List<Integer>> consumer = hub.spawn(() -> {
            List<Integer> items = new ArrayList<>();
            for (int item : queue.untilShutdown()) {
                items.add(item);
                queue.taskDone();
            }
            return items;
        });
        for (int i = 1; i <= 10; i++) {
            queue.put(i);
        }
        queue.shutdown();
        assertThat(consumer.get()).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        assertThat(queue.untilShutdown()).isEmpty();
        queue.join();
    }

    // ---- links ----

    @Test
    @DisplayName("B-LNK-03: a queue linked to a greenlet gets the greenlet when it ends, also when linked after the end")
    void queueAsLinkTarget(Hub hub) throws Exception {
        FifoQueue<Greenlet<Integer>> queue = new FifoQueue<>();
        Greenlet<Integer> greenlet = hub.spawn(() -> 7);
        greenlet.link(queue::add);
        assertThat(queue.take()).isSameAs(greenlet);
        greenlet.link(queue::add);
        assertThat(queue.take(LONG)).isSameAs(greenlet);
        greenlet.rawLink(queue::add);
        assertThat(queue.take().get()).isEqualTo(7);
    }

    // ---- O ----

    @Test
    @DisplayName("O-QUE-03: an empty queue is an object like any other; isEmpty tells")
    void emptyQueue() {
        FifoQueue<String> queue = new FifoQueue<>();
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.toString()).matches("<FifoQueue at 0x[0-9a-f]+ size=0>");
    }

    @ParameterizedTest
    @MethodSource("fairness")
    @DisplayName("producers and consumers: everything put is taken once; what one consumer gets of one producer is in order")
    void producersAndConsumers(boolean fair, Hub hub) throws Exception {
        FifoQueue<int[]> queue = new FifoQueue<>(3, fair);
        List<Greenlet<Void>> producers = IntStream.range(0, 5).mapToObj(producer -> hub.spawn(() -> {
            for (int i = 0; i < 200; i++) {
                queue.put(new int[] {producer, i});
                if (i % 7 == producer) {
                    hub.yieldNow();
                }
            }
        })).toList();
        int[] count = new int[1];
        List<Greenlet<Void>> consumers = IntStream.range(0, 3).mapToObj(consumer -> hub.spawn(() -> {
            int[] last = {-1, -1, -1, -1, -1};
            for (int[] item : queue.untilShutdown()) {
                assertThat(item[1]).isGreaterThan(last[item[0]]);
                last[item[0]] = item[1];
                count[0]++;
            }
        })).toList();
        hub.joinAllOrThrow(producers);
        queue.shutdown();
        hub.joinAllOrThrow(consumers);
        assertThat(count[0]).isEqualTo(1000);
    }

    static Stream<Boolean> fairness() {
        return Stream.of(false, true);
    }

    @Test
    @DisplayName("an item that a failing greenlet had taken is not in the queue any more; its task stays unfinished")
    void takenIsTaken(Hub hub, dev.jevent.testkit.Errors errors) throws Exception {
        errors.expect(ArithmeticException.class);
        FifoQueue<Integer> queue = new FifoQueue<>(List.of(0));
        Greenlet<Integer> worker = hub.spawn(() -> 1 / queue.take());
        assertThatThrownBy(worker::get).isInstanceOf(ExecutionException.class);
        assertThat(queue).isEmpty();
        assertThat(queue.join(SHORT)).isFalse();
    }
}
