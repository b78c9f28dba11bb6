package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.OnHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@OnHub
class OrderedQueueTest {
    /** Compares numbers; fails when it sees one that it was told to. */
    private static final class Moody implements Comparator<Integer> {
        private Predicate<Integer> dislikes = number -> false;
        private int calls;

        @Override
        public int compare(Integer one, Integer other) {
            calls++;
            if (dislikes.test(one) || dislikes.test(other)) {
                throw new Refused();
            }
            return Integer.compare(one, other);
        }
    }

    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Test
    @DisplayName("F-Q-16: least first; equal items in the order they were put, which gevent doesn't promise")
    void stable() {
        OrderedQueue<String> queue = new OrderedQueue<>(Comparator.comparing(String::length));
        queue.addAll(List.of("bb1", "a", "bb2", "c", "bb3", "b", "bb4"));
        queue.remove("bb2");
        List<String> order = new ArrayList<>();
        queue.drainTo(order);
        assertThat(order).containsExactly("a", "c", "b", "bb1", "bb3", "bb4");
    }

    @Test
    void comparatorIsKnown() {
        Comparator<Integer> reverse = Comparator.reverseOrder();
        assertThat(new OrderedQueue<>(reverse).comparator()).isSameAs(reverse);
        assertThat(new OrderedQueue<Integer>().comparator()).isNull();
        assertThat(new OrderedQueue<>(3, reverse).maxSize()).isEqualTo(3);
    }

    @Test
    @DisplayName("an item without natural order is refused, also as the first")
    void incomparable() {
        OrderedQueue<Object> queue = new OrderedQueue<>();
        assertThatThrownBy(() -> queue.add(new Object())).isInstanceOf(ClassCastException.class);
        assertThat(queue).isEmpty();
        assertThat(queue.unfinishedTasks()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("B-QUE-14: the comparator, the one piece of a user's code in a queue, runs only when there are items to compare")
    void comparatorIsCalledSparingly(boolean fair) throws Exception {
        Moody order = new Moody();
        OrderedQueue<Integer> queue = new OrderedQueue<>(JoinableQueue.UNBOUNDED, fair, order, List.of());
        queue.put(1);
        assertThat(order.calls).isEqualTo(1); // an item that cannot be compared at all would be refused here
        queue.put(2);
        assertThat(order.calls).isEqualTo(2);
        queue.peek();
        queue.take();
        queue.take();
        assertThat(order.calls).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("B-QUE-22: an error of the comparator in put, offer or timed put reaches the putter; the queue is as before")
    void putFails(boolean fair) throws Exception {
        Moody order = new Moody();
        OrderedQueue<Integer> queue = new OrderedQueue<>(3, fair, order, List.of(5, 7));
        order.dislikes = number -> number == 6;
        assertThatThrownBy(() -> queue.put(6)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> queue.offer(6)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> queue.put(6, Duration.ofSeconds(1))).isInstanceOf(Refused.class);
        assertThat(queue).containsExactlyInAnyOrder(5, 7);
        assertThat(queue.unfinishedTasks()).isEqualTo(2);
        assertThat(queue.remainingCapacity()).isEqualTo(1);
        queue.put(3);
        assertThat(List.of(queue.take(), queue.take(), queue.take())).containsExactly(3, 5, 7);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("B-QUE-22: an error of the comparator reaches the putter also after it had to wait, and others get the room")
    void putFailsAfterWait(boolean fair, Hub hub, Errors errors) throws Exception {
        errors.expect(Refused.class);
        Moody order = new Moody();
        OrderedQueue<Integer> queue = new OrderedQueue<>(2, fair, order, List.of(5, 7));
        order.dislikes = number -> number == 6;
        Greenlet<Void> refused = hub.spawn(() -> queue.put(6));
        Greenlet<Void> accepted = hub.spawn(() -> queue.put(8));
        hub.yieldNow();
        assertThat(queue.take()).isEqualTo(5);
        assertThatThrownBy(refused::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(Refused.class);
        accepted.get();
        assertThat(queue).containsExactlyInAnyOrder(7, 8);
        assertThat(queue.unfinishedTasks()).isEqualTo(3);
        assertThat(queue.statistics().putters()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("B-QUE-23: an error of the comparator in take reaches the taker; the item is still there")
    void takeFails(boolean fair) throws Exception {
        Moody order = new Moody();
        OrderedQueue<Integer> queue = new OrderedQueue<>(JoinableQueue.UNBOUNDED, fair, order, List.of(5, 7, 9, 8, 6));
        order.dislikes = number -> number == 8;
        assertThatThrownBy(queue::take).isInstanceOf(Refused.class);
        assertThatThrownBy(queue::poll).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> queue.take(Duration.ofSeconds(1))).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> queue.remove(5)).isInstanceOf(Refused.class);
        assertThat(queue).containsExactlyInAnyOrder(5, 6, 7, 8, 9);
        assertThat(queue.peek()).isEqualTo(5);
        order.dislikes = number -> false;
        List<Integer> drained = new ArrayList<>();
        queue.drainTo(drained);
        assertThat(drained).containsExactly(5, 6, 7, 8, 9);
    }

    @Test
    @DisplayName("B-QUE-23: an error of the comparator reaches a taker that had to wait; nobody sleeps beside the item it left")
    void takeFailsAfterWait(Hub hub, Errors errors) throws Exception {
        errors.expect(Refused.class);
        Moody order = new Moody();
        OrderedQueue<Integer> queue = new OrderedQueue<>(order);
        List<Greenlet<Integer>> takers = Stream.generate(() -> hub.spawn(() -> queue.take())).limit(4).toList();
        hub.yieldNow();
        queue.addAll(List.of(5, 6, 7)); // wakes three of the four
        int calls = order.calls;
        order.dislikes = number -> order.calls == calls + 1;
        assertThatThrownBy(takers.getFirst()::get).hasCauseInstanceOf(Refused.class);
        hub.joinAll(takers);
        assertThat(takers).extracting(Greenlet::value).containsExactly(null, 5, 6, 7);
    }

    @Test
    @DisplayName("a comparator that waits lets others run; those that want the queue meanwhile get it afterwards")
    void comparatorThatWaits(Hub hub) throws Exception {
        int[] waits = new int[1];
        OrderedQueue<Integer> queue = new OrderedQueue<>((one, other) -> {
            if (waits[0]-- > 0) {
                hub.yieldNow();
            }
            return Integer.compare(one, other);
        });
        queue.add(2);
        waits[0] = 3;
        List<String> order = new ArrayList<>();
        Greenlet<Void> slow = hub.spawn(() -> {
            queue.put(1);
            order.add("slow");
        });
        Greenlet<Void> quick = hub.spawn(() -> {
            assertThat(queue.size()).isEqualTo(2); // spins and yields until the other has put
            order.add("quick");
        });
        hub.joinAllOrThrow(List.of(slow, quick));
        assertThat(order).containsExactly("slow", "quick");
        assertThat(queue.take()).isEqualTo(1);
    }
}
