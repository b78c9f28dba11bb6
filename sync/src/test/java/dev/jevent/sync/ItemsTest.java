package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a model that is obviously right. */
class ItemsTest {
    private record Item(int rank, int number) {}

    /** What should be in there, in the order of taking. */
    private static final class Model {
        final List<Item> items = new ArrayList<>();
        final boolean lifo;
        final boolean ordered;

        Model(boolean lifo, boolean ordered) {
            this.lifo = lifo;
            this.ordered = ordered;
        }

        void add(Item item) {
            int place = lifo ? 0 : items.size();
            while (ordered && place > 0 && items.get(place - 1).rank > item.rank) {
                place--;
            }
            items.add(place, item);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void behavesAsItsModel(long seed) {
        check(new RingItems<>(false), new Model(false, false), seed);
        check(new RingItems<>(true), new Model(true, false), seed);
        check(new HeapItems<>(Comparator.comparingInt(Item::rank)), new Model(false, true), seed);
    }

    private static void check(Items<Item> items, Model model, long seed) {
        Random random = new Random(seed);
        int bias = 6;
        for (int step = 0; step < 5000; step++) {
            if (step % 500 == 0) {
                bias = 3 + random.nextInt(6); // grows for a while, then shrinks
            }
            int choice = random.nextInt(10);
            if (choice < bias) {
                Item item = new Item(random.nextInt(7), step);
                items.add(item);
                model.add(item);
            } else if (choice == 9 && !model.items.isEmpty()) {
                Item victim = model.items.remove(random.nextInt(model.items.size()));
                assertThat(items.remove(victim)).isTrue();
                assertThat(items.remove(victim)).isFalse();
            } else if (choice == 8 && !model.items.isEmpty()) {
                Item next = items.poll();
                assertThat(next).isSameAs(model.items.getFirst());
                items.restore(next);
            } else {
                assertThat(items.peek()).isSameAs(model.items.isEmpty() ? null : model.items.getFirst());
                assertThat(items.poll()).isSameAs(model.items.isEmpty() ? null : model.items.removeFirst());
            }
            assertThat(items.size()).isEqualTo(model.items.size());
            if (step % 100 == 0) {
                Object[] all = items.toArray();
                if (model.ordered) {
                    assertThat(Arrays.asList(all)).containsExactlyInAnyOrder(model.items.toArray());
                } else {
                    assertThat(all).containsExactly(model.items.toArray());
                }
            }
        }
        items.clear();
        assertThat(items.size()).isZero();
        assertThat(items.poll()).isNull();
    }

    @Test
    void aComparatorThatFailsAnywhereChangesNothing() {
        for (int failAt = 0; failAt < 40; failAt++) {
            int[] calls = {Integer.MIN_VALUE};
            int at = failAt;
            HeapItems<Integer> items = new HeapItems<>((one, other) -> {
                if (calls[0]++ == at) {
                    throw new IllegalStateException("call " + at);
                }
                return Integer.compare(one, other);
            });
            for (int i = 0; i < 100; i++) {
                items.add(i * 37 % 101);
            }
            Object[] before = items.toArray();
            for (Runnable operation : List.<Runnable>of(
                    () -> items.add(-1), () -> items.add(50), () -> items.poll(), () -> items.remove(before[3]))) {
                calls[0] = 0;
                boolean failed = false;
                try {
                    operation.run();
                } catch (IllegalStateException e) {
                    failed = true;
                }
                calls[0] = Integer.MIN_VALUE;
                if (!failed) {
                    break; // it makes fewer calls
                }
                assertThat(items.toArray()).isEqualTo(before);
            }
            List<Integer> drained = new ArrayList<>();
            for (Integer item; (item = items.poll()) != null; ) {
                drained.add(item);
            }
            assertThat(drained).isSorted().hasSizeBetween(99, 102);
        }
    }

    @Test
    void aBurstLeavesNoLargeArray() {
        aBurstLeavesNoLargeArray(new RingItems<>(false));
        aBurstLeavesNoLargeArray(new HeapItems<>(Comparator.<Integer>naturalOrder()));
    }

    private static void aBurstLeavesNoLargeArray(Items<Integer> items) {
        Deque<Integer> model = new ArrayDeque<>();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 10_000; i++) {
                items.add(i);
                model.add(i);
            }
            while (!model.isEmpty()) {
                assertThat(items.poll()).isEqualTo(model.poll());
            }
        }
        assertThat(items.capacity()).isLessThanOrEqualTo(Items.KEPT_CAPACITY);
    }
}
