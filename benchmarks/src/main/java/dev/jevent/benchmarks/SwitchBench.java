package dev.jevent.benchmarks;

import static dev.jevent.benchmarks.OnHub.OPERATIONS;

import dev.jevent.Greenlet;
import dev.jevent.Waiter;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** One switch: two hand control to each other; and one yield. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SwitchBench {
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void waiter(OnHub on) {
        Waiter[] pair = new Waiter[2];
        Greenlet<Void> second = on.hub.spawn(() -> {
            Waiter mine = pair[1] = Waiter.current();
            mine.arm(pair);
            mine.await(-1);
            handOver(mine, pair[0]);
            wake(pair[0]);
        });
        Greenlet<Void> first = on.hub.spawn(() -> {
            pair[0] = Waiter.current();
            handOver(pair[0], pair[1]);
            wake(pair[1]);
        });
        OnHub.join(first, second);
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

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void park(OnHub on) {
        Turns turns = new Turns();
        Greenlet<Void> first = on.hub.spawn(() -> turns.take(0));
        Greenlet<Void> second = on.hub.spawn(() -> turns.take(1));
        turns.pair[0] = first.thread();
        turns.pair[1] = second.thread();
        OnHub.join(first, second);
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void parkInThreads() throws InterruptedException {
        Turns turns = new Turns();
        turns.pair[0] = Thread.ofVirtual().unstarted(() -> turns.take(0));
        turns.pair[1] = Thread.ofVirtual().unstarted(() -> turns.take(1));
        turns.pair[0].start();
        turns.pair[1].start();
        turns.pair[0].join();
        turns.pair[1].join();
    }

    private static final class Turns {
        final Thread[] pair = new Thread[2];
        private volatile int turn;

        void take(int me) {
            Thread other = pair[1 - me];
            for (int i = me; i < OPERATIONS; i += 2) {
                while (turn != i) {
                    LockSupport.park(this);
                }
                turn = i + 1;
                LockSupport.unpark(other);
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void yield(OnHub on) {
        OnHub.join(on.hub.spawn(() -> {
            for (int i = 0; i < OPERATIONS; i++) {
                on.hub.yieldNow();
            }
        }));
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void yieldInThreads() throws InterruptedException {
        Threads.run(() -> {
            for (int i = 0; i < OPERATIONS; i++) {
                Thread.yield();
            }
        });
    }
}
