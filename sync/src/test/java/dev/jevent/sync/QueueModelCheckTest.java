package dev.jevent.sync;

import static dev.jevent.sync.ModelCheckTest.INTERLEAVINGS;
import static dev.jevent.sync.ModelCheckTest.check;
import static dev.jevent.sync.ModelCheckTest.together;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As {@link ModelCheckTest}, for queues and channels. */
class QueueModelCheckTest {
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("F-Q-05: items that pass through a full queue reach a taker, in order, and nobody sleeps beside an item or a free place")
    void boundedQueue(boolean fair) {
        Lincheck.runConcurrentTest(INTERLEAVINGS / 2, () -> {
            FifoQueue<Integer> queue = new FifoQueue<>(1, fair);
            together(() -> {
                queue.put(1);
                queue.put(2);
                queue.put(3);
            }, () -> {
                for (int i = 1; i <= 3; i++) {
                    check(queue.take() == i);
                }
            });
            check(queue.isEmpty() && queue.statistics().takers() == 0 && queue.statistics().putters() == 0);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("F-Q-04: a thief takes an item that a taker was woken for: the taker gets the next")
    void thief(boolean fair) {
        Lincheck.runConcurrentTest(INTERLEAVINGS / 2, () -> {
            FifoQueue<Integer> queue = new FifoQueue<>(2, fair);
            AtomicInteger sum = new AtomicInteger();
            together(() -> sum.addAndGet(queue.take()), () -> {
                Integer stolen = queue.poll();
                if (stolen != null) {
                    sum.addAndGet(stolen);
                    queue.put(4);
                }
            }, () -> {
                queue.put(1);
                queue.put(2);
            });
            Integer left;
            while ((left = queue.poll()) != null) {
                sum.addAndGet(left);
            }
            check(sum.get() == 3 || sum.get() == 7);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("F-Q-15: a shutdown is missed by nobody")
    void shutdown(boolean fair) {
        Lincheck.runConcurrentTest(INTERLEAVINGS / 2, () -> {
            FifoQueue<Integer> queue = new FifoQueue<>(1, fair);
            AtomicInteger taken = new AtomicInteger();
            ModelCheckTest.Body take = () -> {
                try {
                    taken.addAndGet(queue.take());
                } catch (QueueShutdownException e) {
                    // as it should
                }
            };
            together(take, take, () -> {
                queue.put(1);
                queue.shutdown();
            });
            check(taken.get() == 1);
        });
    }

    @Test
    @DisplayName("B-QUE-08: a peek that waits is told of the item that a taker takes")
    void peek() {
        Lincheck.runConcurrentTest(INTERLEAVINGS / 2, () -> {
            FifoQueue<Integer> queue = new FifoQueue<>();
            together(() -> queue.put(1), () -> queue.put(1), () -> {
                check(queue.awaitPeek() == 1);
                check(queue.take() == 1);
            });
            check(queue.poll() == 1);
        });
    }

    @Test
    @DisplayName("F-Q-14: join is over when the last task is done")
    void join() {
        Lincheck.runConcurrentTest(INTERLEAVINGS / 2, () -> {
            FifoQueue<Integer> queue = new FifoQueue<>();
            AtomicInteger done = new AtomicInteger();
            queue.add(1);
            queue.add(2);
            ModelCheckTest.Body work = () -> {
                queue.take();
                done.incrementAndGet();
                queue.taskDone();
            };
            together(work, work, () -> {
                queue.join();
                check(done.get() == 2);
            });
        });
    }

    @Test
    @DisplayName("O-CHA-01: in a channel both meet, and the receiver's code goes on before the sender's")
    void channel() {
        Lincheck.runConcurrentTest(INTERLEAVINGS / 2, () -> {
            Channel<Integer> channel = new Channel<>();
            AtomicInteger received = new AtomicInteger();
            together(() -> {
                channel.put(1);
                channel.put(2);
                check(received.get() > 0);
            }, () -> {
                received.addAndGet(channel.take());
                received.addAndGet(channel.take());
            });
            check(received.get() == 3 && channel.balance() == 0);
        });
    }

    @Test
    @DisplayName("two selects that send and receive on the same channels meet exactly once")
    void selects() {
        Lincheck.runConcurrentTest(INTERLEAVINGS / 2, () -> {
            Channel<Integer> one = new Channel<>();
            Channel<Integer> other = new Channel<>();
            AtomicInteger sent = new AtomicInteger();
            AtomicInteger received = new AtomicInteger();
            together(() -> choose(other, one, sent, received), () -> choose(one, other, sent, received));
            check(sent.get() == 1 && received.get() == 1);
            check(one.balance() == 0 && other.balance() == 0);
        });
    }

    private static void choose(Channel<Integer> from, Channel<Integer> to, AtomicInteger sent, AtomicInteger received) {
        Select select = new Select();
        Select.Receive<Integer> receive = select.onTake(from);
        select.onPut(to).item(7);
        if (select.await() == receive) {
            check(receive.item() == 7);
            received.incrementAndGet();
        } else {
            sent.incrementAndGet();
        }
    }
}
