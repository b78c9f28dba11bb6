package dev.jevent.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerHeapTest {
    private final TimerHeap heap = new TimerHeap();
    private final List<String> fired = new ArrayList<>();
    private long now;

    /** Also the model's entry: when it is to come, and its place among equals. */
    private final class Named extends Deadline {
        final String name;
        Runnable then = () -> {};
        boolean expected;
        long expectedAt;
        long order;

        Named(String name) {
            super(heap);
            this.name = name;
        }

        @Override
        int priority() {
            return 0;
        }

        @Override
        void expire() {
            fired.add(name);
            then.run();
        }

        Named in(long nanos) {
            heap.set(this, now, nanos);
            return this;
        }
    }

    @BeforeEach
    void nearTheWrap() {
        now = Long.MAX_VALUE - 500;
    }

    private void expireAll() {
        List<Deadline> due = new ArrayList<>();
        for (Deadline next = heap.takeDue(now); next != null; next = heap.takeDue(now)) {
            due.add(next);
        }
        due.forEach(Deadline::dispatch);
    }

    @Test
    @DisplayName("O-LOOP-03, H11: equal deadlines expire in the order they were set, unlike gevent's")
    void equalDeadlinesExpireInTheOrderTheyWereSet() {
        List<Named> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(new Named("" + i).in(10));
        }
        heap.cancel(all.get(50));
        all.get(50).in(10); // set last
        all.get(7).in(10);
        now += 10;
        expireAll();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            if (i != 50 && i != 7) {
                expected.add("" + i);
            }
        }
        expected.add("50");
        expected.add("7");
        assertThat(fired).isEqualTo(expected);
    }

    @Test
    void setLaterItExpiresLaterAndSetEarlierEarlier() {
        Named a = new Named("a").in(10);
        Named b = new Named("b").in(20);
        a.in(30);
        b.in(5);
        assertThat(heap.next()).isEqualTo(now + 5);
        now += 29;
        expireAll();
        assertThat(fired).containsExactly("b");
        assertThat(heap.next()).isEqualTo(now + 1);
        now += 1;
        expireAll();
        assertThat(fired).containsExactly("b", "a");
        assertThat(heap.isEmpty()).isTrue();
        assertThat(heap.count()).isZero();
    }

    @Test
    @DisplayName("H11: what is cancelled, or set anew, after it became due, isn't called for that")
    void dueOnesCanBeCancelledAndSetAnew() {
        Named first = new Named("first").in(1);
        Named cancelled = new Named("cancelled").in(1);
        Named again = new Named("again").in(1);
        first.then = () -> {
            heap.cancel(cancelled);
            again.in(5);
        };
        now += 1;
        expireAll();
        assertThat(fired).containsExactly("first");
        assertThat(cancelled.set).isFalse();
        assertThat(again.set).isTrue();
        now += 5;
        expireAll();
        assertThat(fired).containsExactly("first", "again");
    }

    @Test
    @DisplayName("H11: set to zero in its own expiry it comes in the next round, not in this one for ever")
    void setToZeroInItsOwnExpiry() {
        Named own = new Named("own").in(0);
        own.then = () -> own.in(0);
        expireAll();
        expireAll();
        assertThat(fired).containsExactly("own", "own");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    @DisplayName("H11: zero and less is due at once")
    void zeroAndLessIsDueAtOnce(long nanos) {
        new Named("now").in(nanos);
        expireAll();
        assertThat(fired).containsExactly("now");
    }

    @Test
    @DisplayName("H11: what is too far ahead never comes, and has no place in the heap")
    void tooFarAheadNeverComes() {
        Named never = new Named("never").in(Long.MAX_VALUE);
        assertThat(heap.isEmpty()).isTrue();
        assertThat(heap.count()).isEqualTo(1);
        assertThat(never.set).isTrue();
        new Named("ever").in(TimerHeap.NEVER);
        assertThat(heap.isEmpty()).isFalse();
        now += TimerHeap.NEVER;
        expireAll();
        assertThat(fired).containsExactly("ever");
        never.in(1);
        now += 1;
        expireAll();
        assertThat(fired).containsExactly("ever", "never");
        never.in(5).in(Long.MAX_VALUE);
        assertThat(heap.isEmpty()).isTrue();
        heap.cancel(never);
        assertThat(heap.count()).isZero();
    }

    @Test
    @DisplayName("H11: cancelled deadlines are let go")
    void cancelledDeadlinesAreLetGo() {
        List<Named> all = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            all.add(new Named("").in(1_000 + i));
        }
        Named kept = all.removeLast();
        for (Named deadline : all) {
            heap.cancel(deadline);
        }
        assertThat(heap.entries()).as("entries for one that is set").isLessThan(70);
        heap.cancel(kept);
        assertThat(heap.entries()).isZero();
    }

    @Test
    void resettingOneOverAndOverKeepsTheHeapSmall() {
        Named other = new Named("other").in(5);
        Named one = new Named("one");
        for (int i = 0; i < 100_000; i++) {
            one.in(1_000_000 - i); // earlier each time, and so a new entry
            assertThat(heap.entries()).isLessThan(100);
        }
        assertThat(other.set && one.set).isTrue();
        assertThat(heap.count()).isEqualTo(2);
    }

    @Test
    void setLaterAndCancelledAndSetLaterItKeepsItsPlace() {
        Named other = new Named("other").in(50);
        Named timeout = new Named("timeout");
        for (int i = 0; i < 100; i++) {
            timeout.in(100 + i);
            heap.cancel(timeout);
            timeout.in(101 + i);
            assertThat(heap.entries()).as("entries for two").isEqualTo(2);
        }
        now += 199;
        expireAll();
        assertThat(fired).containsExactly("other");
        now += 1;
        expireAll();
        assertThat(fired).containsExactly("other", "timeout");
        assertThat(other.set).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    @DisplayName("H11: a million random operations are as those on a sorted list")
    void isAsASortedList(long seed) {
        Random random = new Random(seed);
        TreeSet<Named> model = new TreeSet<>(
                Comparator.<Named>comparingLong(named -> named.expectedAt - Long.MAX_VALUE) // from the start, over the wrap
                        .thenComparingLong(named -> named.order));
        Named[] all = new Named[seed == 1 ? 10 : 3000];
        for (int i = 0; i < all.length; i++) {
            all[i] = new Named("" + i);
        }
        long order = 0;
        for (int i = 0; i < 250_000; i++) {
            Named one = all[random.nextInt(all.length)];
            int dice = random.nextInt(20);
            if (dice < 11) {
                model.remove(one);
                long nanos = switch (random.nextInt(4)) {
                    case 0 -> random.nextInt(10);
                    case 1 -> random.nextInt(100_000);
                    case 2 -> 1000;
                    default -> random.nextInt(5) == 0 ? Long.MAX_VALUE : random.nextLong(TimerHeap.NEVER >> 40);
                };
                one.in(nanos);
                one.expected = true;
                one.order = ++order;
                if (nanos != Long.MAX_VALUE) {
                    one.expectedAt = now + nanos;
                    model.add(one);
                }
            } else if (dice < 17) {
                model.remove(one);
                one.expected = false;
                heap.cancel(one);
            } else {
                now += dice == 17 ? random.nextInt(3) : random.nextInt(200);
                List<String> expected = new ArrayList<>();
                while (!model.isEmpty() && model.first().expectedAt - now <= 0) {
                    Named next = model.removeFirst();
                    next.expected = false;
                    expected.add(next.name);
                }
                fired.clear();
                expireAll();
                assertThat(fired).isEqualTo(expected);
                assertThat(heap.isEmpty()).isEqualTo(model.isEmpty());
                if (!model.isEmpty()) {
                    assertThat(heap.next()).isEqualTo(model.first().expectedAt);
                }
            }
            if (one.set != one.expected) {
                throw new AssertionError(one.name + " is set: " + one.set + " after " + i);
            }
        }
        int set = 0;
        for (Named one : all) {
            set += one.set ? 1 : 0;
        }
        assertThat(heap.count()).isEqualTo(set);
    }

    @Test
    @DisplayName("H11: a year in a step, for 300 years, over the wrap of the clock")
    void threeHundredYears() {
        long year = 365L * 24 * 3600 * 1_000_000_000L;
        Named yearly = new Named("year");
        yearly.then = () -> yearly.in(year);
        yearly.in(year);
        for (int i = 1; i <= 300; i++) {
            now += year - 1;
            expireAll();
            assertThat(fired).hasSize(i - 1);
            now += 1;
            expireAll();
            assertThat(fired).hasSize(i);
        }
    }
}
