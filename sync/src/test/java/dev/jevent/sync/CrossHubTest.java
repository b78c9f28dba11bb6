package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Queues, channels, groups and pools between hubs, and with threads that have none. Everything is counted and awaited. */
class CrossHubTest {
    private static final int ITEMS = 3000;

    /** Each item that was put must be taken exactly once. */
    private static final class Ledger {
        private final AtomicIntegerArray taken;

        Ledger(int items) {
            taken = new AtomicIntegerArray(items);
        }

        void taken(int item) {
            taken.incrementAndGet(item);
        }

        void assertEachOnce() {
            for (int item = 0; item < taken.length(); item++) {
                assertThat(taken.get(item)).as("how often %d was taken", item).isEqualTo(1);
            }
        }
    }

    /** A hub whose main may be woken by threads that it doesn't know: without the hold it would see a deadlock. */
    private static HubThread sharing(String name, HubThread.Body body) {
        return HubThread.start(name, hub -> {
            try (var _ = hub.hold()) {
                body.run(hub);
            }
        });
    }

    // ---- queues ----

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("a queue between two hubs and two plain threads: everything put is taken once")
    void queue(QueueKind kind) throws Exception {
        JoinableQueue<Integer> queue = kind.make(3);
        AtomicInteger next = new AtomicInteger();
        CountDownLatch producing = new CountDownLatch(3);
        Ledger ledger = new Ledger(ITEMS);
        HubThread.PlainBody produce = () -> {
            for (int item; (item = next.getAndIncrement()) < ITEMS; ) {
                queue.put(item);
            }
        };
        HubThread.PlainBody consume = () -> {
            for (int item : queue.untilShutdown()) {
                ledger.taken(item);
                queue.taskDone();
            }
        };
        HubThread one = sharing("one", hub -> {
            List<Greenlet<?>> producers = spawn(hub, 2, produce);
            List<Greenlet<?>> consumers = spawn(hub, 2, consume);
            hub.joinAllOrThrow(producers);
            producing.countDown();
            hub.joinAllOrThrow(consumers);
        });
        HubThread other = sharing("other", hub -> {
            List<Greenlet<?>> producers = spawn(hub, 2, produce);
            List<Greenlet<?>> consumers = spawn(hub, 2, consume);
            hub.joinAllOrThrow(producers);
            producing.countDown();
            hub.joinAllOrThrow(consumers);
        });
        HubThread plainProducer = HubThread.startPlain(() -> {
            produce.run();
            producing.countDown();
        });
        HubThread plainConsumer = HubThread.startPlain(consume);
        producing.await();
        queue.join();
        queue.shutdown();
        HubThread.joinAll(one, other, plainProducer, plainConsumer);
        ledger.assertEachOnce();
        assertThat(queue.statistics()).isEqualTo(new JoinableQueue.Statistics(0, 3, 0, 0, 0, 0, true));
    }

    private static List<Greenlet<?>> spawn(Hub hub, int count, HubThread.PlainBody body) {
        List<Greenlet<?>> greenlets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            greenlets.add(hub.spawn(() -> {
                try {
                    body.run();
                } catch (Exception | Error e) {
                    throw e;
                } catch (Throwable e) {
                    throw new AssertionError(e);
                }
            }));
        }
        return greenlets;
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("takers and putters of two hubs that give up at once, or are killed, lose nothing and leave nothing")
    void queueWithLimitsAndKills(QueueKind kind) throws Exception {
        JoinableQueue<Integer> queue = kind.make(2);
        AtomicInteger next = new AtomicInteger();
        AtomicInteger put = new AtomicInteger();
        AtomicInteger taken = new AtomicInteger();
        HubThread[] threads = new HubThread[2];
        for (int number = 0; number < 2; number++) {
            Random random = new Random(number);
            threads[number] = HubThread.start("hub " + number, hub -> {
                List<Greenlet<Void>> workers = new ArrayList<>();
                for (int round = 0; round < 300; round++) {
                    Duration limit = Duration.ofNanos(random.nextInt(30_000));
                    boolean putting = random.nextBoolean();
                    Greenlet<Void> worker = hub.spawn(() -> {
                        if (putting) {
                            if (queue.put(next.getAndIncrement(), limit)) {
                                put.incrementAndGet();
                            }
                        } else if (queue.take(limit) != null) {
                            taken.incrementAndGet();
                        }
                    });
                    workers.add(worker);
                    if (random.nextInt(3) > 0) {
                        hub.yieldNow();
                    }
                    if (random.nextInt(4) == 0) {
                        worker.killLater();
                    }
                    if (random.nextInt(8) == 0) {
                        worker.join();
                    }
                }
                hub.joinAll(workers);
            });
        }
        HubThread.joinAll(threads);
        assertThat(queue).hasSize(put.get() - taken.get());
        assertThat(queue.statistics().takers()).isZero();
        assertThat(queue.statistics().putters()).isZero();
        while (queue.poll() != null) {
            taken.incrementAndGet();
        }
        assertThat(taken.get()).isEqualTo(put.get());
    }

    @Test
    @DisplayName("a shutdown by a plain thread reaches those who wait on another hub, and LoopExit doesn't come before")
    void shutdownFromOutside() throws Exception {
        FifoQueue<String> queue = new FifoQueue<>();
        CountDownLatch waiting = new CountDownLatch(1);
        HubThread waiter = HubThread.start("waiter", hub -> {
            try (Hub.Hold hold = hub.hold()) {
                Greenlet<?> taker = hub.spawn(() -> assertThatThrownBy(queue::take).isInstanceOf(QueueShutdownException.class));
                hub.yieldNow();
                waiting.countDown();
                taker.get();
            }
        });
        waiting.await();
        HubThread.startPlain(queue::shutdown).join();
        waiter.join();
    }

    // ---- channels ----

    @Test
    @DisplayName("a channel between two hubs and plain threads: the receiver's code goes on before the sender's, everywhere")
    void channel() throws Exception {
        Channel<Integer> channel = new Channel<>();
        AtomicInteger next = new AtomicInteger();
        Ledger ledger = new Ledger(ITEMS);
        CountDownLatch sending = new CountDownLatch(3);
        HubThread.PlainBody send = () -> {
            for (int item; (item = next.getAndIncrement()) < ITEMS; ) {
                channel.put(item);
            }
        };
        HubThread.PlainBody receive = () -> {
            for (int item : channel.untilShutdown()) {
                ledger.taken(item);
            }
        };
        HubThread[] hubs = new HubThread[2];
        for (int number = 0; number < 2; number++) {
            hubs[number] = sharing("hub " + number, hub -> {
                List<Greenlet<?>> senders = spawn(hub, 2, send);
                List<Greenlet<?>> receivers = spawn(hub, 2, receive);
                hub.joinAllOrThrow(senders);
                sending.countDown();
                hub.joinAllOrThrow(receivers);
            });
        }
        HubThread plainSender = HubThread.startPlain(() -> {
            send.run();
            sending.countDown();
        });
        HubThread plainReceiver = HubThread.startPlain(receive);
        sending.await();
        channel.shutdown();
        HubThread.joinAll(hubs);
        HubThread.joinAll(plainSender, plainReceiver);
        ledger.assertEachOnce();
        assertThat(channel.balance()).isZero();
    }

    @Test
    @DisplayName("main meets a thread that jevent doesn't know: it waits for the other's code, without LoopExit")
    void mainMeetsPlainThread() throws Exception {
        Channel<Integer> channel = new Channel<>();
        int[] last = {-1};
        HubThread receiver = HubThread.startPlain(() -> {
            for (int item : channel.untilShutdown()) {
                last[0] = item;
            }
        });
        HubThread.run(hub -> {
            try (Hub.Hold hold = hub.hold()) {
                for (int i = 0; i < 500; i++) {
                    channel.put(i);
                    assertThat(last[0]).isGreaterThanOrEqualTo(i - 1);
                }
            }
        });
        channel.shutdown();
        receiver.join();
        assertThat(last[0]).isEqualTo(499);
    }

    @Test
    @DisplayName("selects of two hubs, each sending and receiving at once: everything sent is received once")
    void selects() throws Exception {
        Channel<Integer> forth = new Channel<>();
        Channel<Integer> back = new Channel<>();
        AtomicInteger sent = new AtomicInteger();
        AtomicInteger received = new AtomicInteger();
        AtomicInteger sum = new AtomicInteger();
        HubThread[] hubs = new HubThread[2];
        for (int number = 0; number < 2; number++) {
            boolean first = number == 0;
            hubs[number] = HubThread.start("hub " + number, hub -> hub.joinAllOrThrow(spawn(hub, 3, () -> {
                Select select = new Select();
                var out = select.onPut(first ? forth : back);
                var in = select.onTake(first ? back : forth);
                var alsoIn = select.onTake(first ? forth : back);
                int misses = 0;
                for (int i = 1; i <= 500 && misses < 200; i++) {
                    out.item(i);
                    Select.Case chosen = select.await(Duration.ofMillis(2));
                    if (chosen == null) {
                        misses++;
                    } else if (chosen == out) {
                        sent.incrementAndGet();
                        sum.addAndGet(i);
                    } else {
                        received.incrementAndGet();
                        sum.addAndGet(-(chosen == in ? in : alsoIn).item());
                    }
                }
            })));
        }
        HubThread.joinAll(hubs);
        assertThat(sent.get()).isEqualTo(received.get()).isPositive();
        assertThat(sum.get()).isZero();
        assertThat(forth.balance()).isZero();
        assertThat(back.balance()).isZero();
    }

    // ---- groups and pools ----

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    @DisplayName("a pool that two hubs and a plain thread's executor share never has more members than slots")
    void sharedPool(int size) throws Exception {
        Pool pool = new Pool(size);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        HubThread.PlainBody work = () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Hub.current().yieldNow();
            running.decrementAndGet();
            done.incrementAndGet();
        };
        HubThread[] hubs = new HubThread[2];
        for (int number = 0; number < 2; number++) {
            hubs[number] = HubThread.start("hub " + number, hub -> {
                var executor = pool.asExecutor();
                for (int i = 0; i < 200; i++) {
                    if (i % 10 == 0) {
                        Greenlet<?> queued = (Greenlet<?>) executor.submit(() -> {
                            done.incrementAndGet();
                        });
                        if (i % 20 == 0) {
                            queued.killLater();
                        }
                    } else {
                        pool.spawn(() -> {
                            try {
                                work.run();
                            } catch (Throwable e) {
                                throw new AssertionError(e);
                            }
                        });
                    }
                }
                pool.join();
            });
        }
        HubThread.joinAll(hubs);
        assertThat(most.get()).isBetween(1, size);
        assertThat(running.get()).isZero();
        assertThat(done.get()).isBetween(360, 400);
        assertThat(pool.statistics()).isEqualTo(new Pool.Statistics(size, 0, 0, 0, false));
        assertThat(pool.freeCount()).isEqualTo(size);
    }

    @Test
    @DisplayName("a group is killed and joined from another hub and from a plain thread")
    void killFromOutside() throws Exception {
        Group group = new Group();
        CountDownLatch spawned = new CountDownLatch(2);
        CountDownLatch killed = new CountDownLatch(1);
        HubThread[] hubs = new HubThread[2];
        for (int number = 0; number < 2; number++) {
            hubs[number] = HubThread.start("hub " + number, hub -> {
                try (Hub.Hold hold = hub.hold()) {
                    List<Greenlet<Void>> members = IntStream.range(0, 20)
                            .mapToObj(i -> group.spawn(() -> hub.sleep(Duration.ofHours(1)))).toList();
                    hub.yieldNow();
                    spawned.countDown();
                    hub.joinAll(members);
                    assertThat(members).allMatch(member -> member.exit() != null);
                    killed.await();
                }
            });
        }
        spawned.await();
        HubThread joiner = HubThread.startPlain(group::join);
        HubThread.startPlain(() -> {
            assertThat(group.kill(new GreenletExit(), Duration.ofSeconds(50))).isTrue();
            assertThat(group).isEmpty();
        }).join();
        joiner.join();
        killed.countDown();
        HubThread.joinAll(hubs);
    }

    @Test
    @DisplayName("a failure on another hub ends a scope, and leaves nothing that could hit its owner later")
    void scopeOverHubs() throws Exception {
        for (int round = 0; round < 20; round++) {
            AtomicReference<Group> shared = new AtomicReference<>();
            CountDownLatch open = new CountDownLatch(1);
            CountDownLatch left = new CountDownLatch(1);
            HubThread owner = HubThread.start("owner", hub -> {
                try (Hub.Hold hold = hub.hold()) {
                    assertThatThrownBy(() -> Group.runScoped(group -> {
                        group.spawn(() -> hub.sleep(Duration.ofHours(1)));
                        shared.set(group);
                        open.countDown();
                    })).isInstanceOf(ExecutionException.class).hasRootCauseMessage("elsewhere");
                    left.countDown();
                    hub.sleep(Duration.ofMillis(1));
                    hub.yieldNow();
                }
            });
            HubThread other = HubThread.start("other", hub -> {
                open.await();
                hub.errorHandler((context, error) -> assertThat(error).hasMessage("elsewhere"));
                Greenlet<Void> failing = shared.get().spawn(() -> {
                    throw new IOException("elsewhere");
                });
                failing.join();
                left.await();
            });
            HubThread.joinAll(owner, other);
        }
    }
}
