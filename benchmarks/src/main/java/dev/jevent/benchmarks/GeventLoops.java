package dev.jevent.benchmarks;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Waiter;
import dev.jevent.sync.Event;
import java.time.Duration;

/**
 * The loops of {@code benchmarks/gevent-loops.py}, one for one, for benchmarks/against-gevent. Prints a line for each:
 * its name and its nanoseconds per operation.
 */
public final class GeventLoops {
    /** As many as in the other file. */
    private static final int OPERATIONS = 200_000;

    /** A loop alone is over too soon to be measured. */
    private static final int ROUNDS = 10;

    private static final int MANY = 10_000;
    private static final Duration WARM_UP = Duration.ofSeconds(1);

    private GeventLoops() {}

    private interface Loop {
        void run(Hub hub);
    }

    public static void main(String[] args) {
        try (Hub hub = Hub.current()) {
            measure(hub, "switch", GeventLoops::handOver);
            measure(hub, "yield", GeventLoops::yieldInTurns);
            measure(hub, "event", GeventLoops::events);
            measure(hub, "spawn", GeventLoops::spawnAndJoin);
            measure(hub, "spawn-many", GeventLoops::spawnMany);
        }
    }

    private static void measure(Hub hub, String name, Loop loop) {
        for (long start = System.nanoTime(); System.nanoTime() - start < WARM_UP.toNanos(); ) {
            loop.run(hub);
        }
        long start = System.nanoTime();
        for (int i = 0; i < ROUNDS; i++) {
            loop.run(hub);
        }
        System.out.printf("%s %.1f%n", name, (double) (System.nanoTime() - start) / ROUNDS / OPERATIONS);
    }

    private static void nothing() {}

    /** Two make each other ready and wait, with nothing in between. */
    private static void handOver(Hub hub) {
        Waiter[] pair = new Waiter[2];
        Greenlet<Void> second = hub.spawn(() -> {
            Waiter mine = pair[1] = Waiter.current();
            mine.arm(pair);
            mine.await(-1);
            handOver(mine, pair[0]);
            wake(pair[0]);
        });
        hub.spawn(() -> {
            pair[0] = Waiter.current();
            handOver(pair[0], pair[1]);
            wake(pair[1]);
        });
        second.join();
    }

    private static void handOver(Waiter mine, Waiter other) {
        for (int i = 0; i < OPERATIONS / 2; i++) {
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

    private static void yieldInTurns(Hub hub) {
        Greenlet<Void> first = hub.spawn(() -> yieldOften(hub));
        Greenlet<Void> second = hub.spawn(() -> yieldOften(hub));
        OnHub.join(first, second);
    }

    private static void yieldOften(Hub hub) {
        for (int i = 0; i < OPERATIONS / 2; i++) {
            hub.yieldNow();
        }
    }

    private static void events(Hub hub) {
        Event ping = new Event();
        Event pong = new Event();
        Greenlet<Void> first = hub.spawn(() -> {
            for (int i = 0; i < OPERATIONS / 2; i++) {
                ping.set();
                pong.await();
                pong.clear();
            }
        });
        Greenlet<Void> second = hub.spawn(() -> {
            for (int i = 0; i < OPERATIONS / 2; i++) {
                ping.await();
                ping.clear();
                pong.set();
            }
        });
        OnHub.join(first, second);
    }

    private static void spawnAndJoin(Hub hub) {
        OnHub.join(hub.spawn(() -> {
            for (int i = 0; i < OPERATIONS; i++) {
                hub.spawn(GeventLoops::nothing).join();
            }
        }));
    }

    private static void spawnMany(Hub hub) {
        OnHub.join(hub.spawn(() -> {
            Greenlet<?>[] many = new Greenlet<?>[MANY];
            for (int round = 0; round < OPERATIONS / MANY; round++) {
                for (int i = 0; i < MANY; i++) {
                    many[i] = hub.spawn(GeventLoops::nothing);
                }
                OnHub.join(many);
            }
        }));
    }
}
