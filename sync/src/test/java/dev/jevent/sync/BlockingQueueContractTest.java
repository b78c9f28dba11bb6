package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletInterrupted;
import dev.jevent.Hub;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link BlockingQueue} and {@link java.util.Collection} say. */
@OnHub
class BlockingQueueContractTest {
    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("F-Q-21: the four forms of insert, remove and examine, when full and when empty")
    void fourForms(QueueKind kind, VirtualClock clock) throws Exception {
        BlockingQueue<String> queue = kind.make(1);
        assertThat(queue.poll()).isNull();
        assertThat(queue.poll(10, TimeUnit.MILLISECONDS)).isNull();
        assertThat(queue.poll(-1, TimeUnit.SECONDS)).isNull();
        assertThat(queue.peek()).isNull();
        assertThatThrownBy(queue::element).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(queue::remove).isInstanceOf(NoSuchElementException.class);
        assertThat(queue.add("a")).isTrue();
        assertThat(queue.offer("b")).isFalse();
        assertThat(queue.offer("b", 10, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(queue.offer("b", -1, TimeUnit.SECONDS)).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> queue.add("b")).withMessageContaining("is full");
        assertThat(queue.element()).isEqualTo("a");
        assertThat(queue.peek()).isEqualTo("a");
        assertThat(queue.remove()).isEqualTo("a");
        assertThat(clock.elapsed()).isEqualTo(Duration.ofMillis(20));
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    void nullIsRefused(QueueKind kind) {
        JoinableQueue<String> queue = kind.make();
        assertThatNullPointerException().isThrownBy(() -> queue.put(null)).withMessage("item");
        assertThatNullPointerException().isThrownBy(() -> queue.offer(null));
        assertThatNullPointerException().isThrownBy(() -> queue.add(null));
        assertThatNullPointerException().isThrownBy(() -> queue.put(null, Duration.ZERO));
        assertThat(queue.unfinishedTasks()).isZero();
        assertThat(queue.contains(null)).isFalse();
        assertThat(queue.remove(null)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("F-Q-08: negative limits are refused where they are Durations")
    void negativeLimits(QueueKind kind) {
        JoinableQueue<String> queue = kind.make();
        assertThatIllegalArgumentException().isThrownBy(() -> queue.take(Duration.ofSeconds(-1)))
                .withMessage("timeout: PT-1S (expected: >= 0)");
        assertThatIllegalArgumentException().isThrownBy(() -> queue.put("a", Duration.ofSeconds(-1)));
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("an interrupt of who waits is an InterruptedException where the JDK's contract has it, else ends the greenlet")
    void interrupts(QueueKind kind, Hub hub) {
        JoinableQueue<Integer> empty = kind.make();
        JoinableQueue<Integer> full = kind.make(1, List.of(1));
        List<Greenlet<?>> waiting = List.of(
                hub.spawn(() -> interrupted(() -> empty.take())),
                hub.spawn(() -> interrupted(() -> empty.poll(1, TimeUnit.DAYS))),
                hub.spawn(() -> interrupted(() -> full.put(2))),
                hub.spawn(() -> interrupted(() -> full.offer(2, 1, TimeUnit.DAYS))));
        Greenlet<Integer> ended = hub.spawn(() -> empty.take(Duration.ofDays(1)));
        hub.yieldNow();
        waiting.forEach(each -> each.thread().interrupt());
        ended.thread().interrupt();
        hub.joinAll(waiting);
        assertThat(waiting).allMatch(Greenlet::successful);
        ended.join();
        assertThat(ended.exit()).isInstanceOf(GreenletInterrupted.class);
        assertThat(empty.statistics().takers()).isZero();
        assertThat(full.statistics().putters()).isZero();
        assertThat(full).containsExactly(1);
    }

    private interface Call {
        void run() throws Exception;
    }

    private static void interrupted(Call call) {
        assertThatThrownBy(call::run).isInstanceOf(InterruptedException.class)
                .hasCauseInstanceOf(GreenletInterrupted.class);
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    void collectionOperations(QueueKind kind) {
        JoinableQueue<Integer> queue = kind.make();
        assertThat(queue.addAll(List.of(5, 3, 4, 3, 1))).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> queue.addAll(queue));
        assertThat(queue).hasSize(5).containsExactlyInAnyOrder(5, 3, 4, 3, 1).contains(4).doesNotContain(9);
        assertThat(queue.toArray()).containsExactlyInAnyOrder(5, 3, 4, 3, 1);
        assertThat(queue.toArray(new Integer[0])).hasSize(5);
        assertThat(queue.toArray(new Integer[] {8, 8, 8, 8, 8, 8, 8})).hasSize(7).endsWith(null, 8);
        assertThat(queue.stream().mapToInt(each -> each).sum()).isEqualTo(16);
        assertThat(queue.containsAll(List.of(1, 5))).isTrue();
        assertThat(queue.remove(3)).isTrue();
        assertThat(queue.remove(9)).isFalse();
        assertThat(queue).containsExactlyInAnyOrder(5, 4, 3, 1);
        assertThat(queue.removeIf(each -> each % 2 == 0)).isTrue();
        assertThat(queue.retainAll(List.of(5, 1))).isTrue();
        assertThat(queue).containsExactlyInAnyOrder(5, 1);
        assertThat(queue.unfinishedTasks()).isEqualTo(2);
        queue.clear();
        assertThat(queue).isEmpty();
        assertThat(queue.unfinishedTasks()).isZero();
    }

    @Test
    void iterationOrderIsTheOrderOfTaking() {
        assertThat(new FifoQueue<>(List.of(1, 2, 3))).containsExactly(1, 2, 3);
        assertThat(new LifoQueue<>(List.of(1, 2, 3))).containsExactly(3, 2, 1);
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("an iterator goes over what was there when it was made, and removes what is there still")
    void weaklyConsistentIterator(QueueKind kind) {
        JoinableQueue<Integer> queue = kind.make(JoinableQueue.UNBOUNDED, List.of(1, 2, 3));
        Iterator<Integer> iterator = queue.iterator();
        assertThatIllegalStateException().isThrownBy(iterator::remove);
        queue.add(4);
        List<Integer> seen = new ArrayList<>();
        while (iterator.hasNext()) {
            seen.add(iterator.next());
            iterator.remove();
        }
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
        assertThat(seen).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(queue).containsExactly(4);
        assertThat(queue.unfinishedTasks()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("what is removed from the middle makes room for putters, and finishes the work if it was the last")
    void removalMakesRoom(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<Integer> queue = kind.make(2, List.of(1, 2));
        List<Greenlet<Void>> putters = List.of(hub.spawn(() -> queue.put(3)), hub.spawn(() -> queue.put(4)), hub.spawn(() -> queue.put(5)));
        hub.yieldNow();
        assertThat(queue.remove(1)).isTrue();
        VirtualTime.settle(hub);
        assertThat(queue).containsExactlyInAnyOrder(2, 3);
        queue.clear();
        VirtualTime.settle(hub);
        assertThat(queue).containsExactlyInAnyOrder(4, 5);
        hub.joinAllOrThrow(putters);
        Greenlet<Void> joiner = hub.spawn(() -> queue.join());
        hub.yieldNow();
        queue.removeIf(each -> true);
        joiner.join();
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    void drainMovesWhatIsThere(QueueKind kind, Hub hub) throws Exception {
        JoinableQueue<Integer> queue = kind.make(3, List.of(1, 2, 3));
        List<Greenlet<Void>> putters = List.of(hub.spawn(() -> queue.put(4)), hub.spawn(() -> queue.put(5)));
        hub.yieldNow();
        List<Integer> drained = new ArrayList<>();
        assertThat(queue.drainTo(drained, 2)).isEqualTo(2);
        assertThat(drained).hasSize(2);
        hub.joinAllOrThrow(putters);
        assertThat(queue).hasSize(3);
        assertThat(queue.drainTo(drained)).isEqualTo(3);
        assertThat(drained).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
        assertThat(queue.drainTo(drained)).isZero();
        assertThat(queue.drainTo(drained, 0)).isZero();
        assertThat(queue.drainTo(drained, -1)).isZero();
        assertThat(queue.unfinishedTasks()).isEqualTo(5);
        assertThatIllegalArgumentException().isThrownBy(() -> queue.drainTo(queue));
        assertThatNullPointerException().isThrownBy(() -> queue.drainTo(null));
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("an item that the target of drainTo refuses is the next one in the queue again")
    void refusedByTarget(QueueKind kind) {
        JoinableQueue<Integer> queue = kind.make(3, List.of(1, 2, 3));
        List<Integer> order = order(kind.make(3, List.of(1, 2, 3)));
        List<Integer> target = new AbstractList<>() {
            private final List<Integer> taken = new ArrayList<>();

            @Override
            public void add(int index, Integer item) {
                if (!taken.isEmpty()) {
                    throw new UnsupportedOperationException("one is enough");
                }
                taken.add(item);
            }

            @Override
            public Integer get(int index) {
                return taken.get(index);
            }

            @Override
            public int size() {
                return taken.size();
            }
        };
        assertThatThrownBy(() -> queue.drainTo(target)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(target).containsExactly(order.getFirst());
        assertThat(order(queue)).isEqualTo(order.subList(1, 3));
    }

    private static List<Integer> order(JoinableQueue<Integer> queue) {
        List<Integer> order = new ArrayList<>();
        queue.drainTo(order);
        return order;
    }

    @Test
    @DisplayName("contains and remove call equals outside: an item may ask the queue itself")
    void equalsMayUseTheQueue() {
        FifoQueue<Object> queue = new FifoQueue<>();
        queue.add(new Object() {
            @Override
            public boolean equals(Object other) {
                return queue.size() == 1;
            }

            @Override
            public int hashCode() {
                return 0;
            }
        });
        assertThat(queue.remove("anything")).isTrue();
        assertThat(queue).isEmpty();
    }

    @Test
    @DisplayName("JDK code that expects a BlockingQueue works on it, in greenlets")
    void servesJdkCode(Hub hub) throws InterruptedException, ExecutionException {
        JoinableQueue<Runnable> queue = new FifoQueue<>(1);
        Greenlet<Integer> greenlet = hub.spawn(() -> {
            int ran = 0;
            for (Runnable task : queue.untilShutdown()) {
                task.run();
                ran++;
            }
            return ran;
        });
        for (int i = 0; i < 3; i++) {
            ((BlockingQueue<Runnable>) queue).put(() -> {});
        }
        queue.shutdown();
        assertThat(greenlet.get()).isEqualTo(3);
    }
}
