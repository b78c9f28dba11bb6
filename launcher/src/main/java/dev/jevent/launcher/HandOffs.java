package dev.jevent.launcher;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Waiter;
import dev.jevent.sync.FifoQueue;
import dev.jevent.sync.Channel;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.locks.LockSupport;

/** Two greenlets, or two virtual threads, that hand control or items to each other. */
final class HandOffs {
    /** Of the queue that items go through. */
    private static final int CAPACITY = 64;

    private HandOffs() {}

    static List<Bench> benches() {
        return List.of(
                new LoopBench("spawn", "start one that does nothing, and wait for its end",
                        HandOffs::spawn, HandOffs::startThreads),
                new LoopBench("switch", "two hand control to each other: Waiter, beside LockSupport park and unpark",
                        HandOffs::switchWaiters, (hub, times) -> new Turns(times).inThreads()),
                new LoopBench("park", "the same code in both: LockSupport park and unpark",
                        (hub, times) -> new Turns(times).inGreenlets(hub), (hub, times) -> new Turns(times).inThreads()),
                new LoopBench("yield", "one yields while nobody else is ready",
                        HandOffs::yieldGreenlet, HandOffs::yieldThread),
                new LoopBench("channel", "one item from one to the other, who meet: Channel, beside SynchronousQueue",
                        HandOffs::channel, HandOffs::synchronousQueue),
                new LoopBench("queue", "one item through a queue for " + CAPACITY + ": FifoQueue, beside ArrayBlockingQueue",
                        HandOffs::queue, HandOffs::arrayBlockingQueue));
    }

    private static void nothing() {}

    private static void spawn(Hub hub, int times) {
        hub.spawn(() -> {
            for (int i = 0; i < times; i++) {
                hub.spawn(HandOffs::nothing).join();
            }
        }).join();
    }

    private static void startThreads(Hub hub, int times) throws InterruptedException {
        Thread.startVirtualThread(() -> {
            for (int i = 0; i < times; i++) {
                join(Thread.startVirtualThread(HandOffs::nothing));
            }
        }).join();
    }

    /** As {@link Thread#join()}; nobody interrupts here. */
    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- control

    private static void switchWaiters(Hub hub, int times) {
        Waiter[] pair = new Waiter[2];
        Greenlet<Void> second = hub.spawn(() -> {
            Waiter mine = pair[1] = Waiter.current();
            mine.arm(pair);
            mine.await(-1);
            handOver(mine, pair[0], times / 2);
            wake(pair[0]);
        });
        hub.spawn(() -> {
            pair[0] = Waiter.current();
            handOver(pair[0], pair[1], times / 2);
            wake(pair[1]);
        });
        second.join();
    }

    private static void handOver(Waiter mine, Waiter other, int times) {
        for (int i = 0; i < times; i++) {
            mine.arm(other);
            wake(other);
            mine.await(-1);
        }
    }

    private static void wake(Waiter waiter) {
        if (waiter.tryClaim()) {
            waiter.wake(null);
        }
    }

    /** Two threads in turn, by park and unpark: the same code for greenlets and for virtual threads. */
    private static final class Turns {
        private final int times;
        private final Thread[] pair = new Thread[2];
        private volatile int turn;

        Turns(int times) {
            this.times = times;
        }

        void inGreenlets(Hub hub) {
            List<Greenlet<?>> both = List.of(hub.spawn(() -> take(0)), hub.spawn(() -> take(1)));
            pair[0] = both.get(0).thread();
            pair[1] = both.get(1).thread();
            hub.joinAll(both);
        }

        void inThreads() throws InterruptedException {
            pair[0] = Thread.ofVirtual().unstarted(() -> take(0));
            pair[1] = Thread.ofVirtual().unstarted(() -> take(1));
            pair[0].start();
            pair[1].start();
            pair[0].join();
            pair[1].join();
        }

        private void take(int me) {
            Thread other = pair[1 - me];
            for (int i = me; i < times; i += 2) {
                while (turn != i) {
                    LockSupport.park(this);
                }
                turn = i + 1;
                LockSupport.unpark(other);
            }
        }
    }

    private static void yieldGreenlet(Hub hub, int times) {
        hub.spawn(() -> {
            for (int i = 0; i < times; i++) {
                hub.yieldNow();
            }
        }).join();
    }

    private static void yieldThread(Hub hub, int times) throws InterruptedException {
        Thread.startVirtualThread(() -> {
            for (int i = 0; i < times; i++) {
                Thread.yield();
            }
        }).join();
    }

    // ---- items

    private static void channel(Hub hub, int times) {
        Channel<Integer> channel = new Channel<>();
        Greenlet<Void> taker = hub.spawn(() -> {
            for (int i = 0; i < times; i++) {
                channel.take();
            }
        });
        hub.spawn(() -> {
            for (int i = 0; i < times; i++) {
                channel.put(1);
            }
        });
        taker.join();
    }

    private static void synchronousQueue(Hub hub, int times) throws InterruptedException {
        SynchronousQueue<Integer> queue = new SynchronousQueue<>();
        inThreads(() -> {
            for (int i = 0; i < times; i++) {
                queue.take();
            }
        }, () -> {
            for (int i = 0; i < times; i++) {
                queue.put(1);
            }
        });
    }

    private static void queue(Hub hub, int times) {
        FifoQueue<Integer> queue = new FifoQueue<>(CAPACITY);
        Greenlet<Void> taker = hub.spawn(() -> {
            for (int i = 0; i < times; i++) {
                queue.take();
            }
        });
        hub.spawn(() -> {
            for (int i = 0; i < times; i++) {
                queue.put(1);
            }
        });
        taker.join();
    }

    private static void arrayBlockingQueue(Hub hub, int times) throws InterruptedException {
        ArrayBlockingQueue<Integer> queue = new ArrayBlockingQueue<>(CAPACITY);
        inThreads(() -> {
            for (int i = 0; i < times; i++) {
                queue.take();
            }
        }, () -> {
            for (int i = 0; i < times; i++) {
                queue.put(1);
            }
        });
    }

    private interface Interruptible {
        void run() throws InterruptedException;
    }

    private static void inThreads(Interruptible taker, Interruptible putter) throws InterruptedException {
        Thread taking = Thread.startVirtualThread(() -> uninterrupted(taker));
        Thread putting = Thread.startVirtualThread(() -> uninterrupted(putter));
        taking.join();
        putting.join();
    }

    private static void uninterrupted(Interruptible body) {
        try {
            body.run();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e); // nobody interrupts here
        }
    }
}
