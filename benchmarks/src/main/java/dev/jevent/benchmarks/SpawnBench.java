package dev.jevent.benchmarks;

import static dev.jevent.benchmarks.OnHub.OPERATIONS;

import dev.jevent.Greenlet;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** One greenlet from its start to its end: one at a time, and many that are alive at once. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SpawnBench {
    private static final int MANY = 10_000;

    private static void nothing() {}

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void spawnAndJoin(OnHub on) {
        OnHub.join(on.hub.spawn(() -> {
            for (int i = 0; i < OPERATIONS; i++) {
                on.hub.spawn(SpawnBench::nothing).join();
            }
        }));
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void startAndJoinThreads() throws InterruptedException {
        Threads.run(() -> {
            for (int i = 0; i < OPERATIONS; i++) {
                Thread.startVirtualThread(SpawnBench::nothing).join();
            }
        });
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public void spawnManyThenJoin(OnHub on) {
        OnHub.join(on.hub.spawn(() -> {
            Greenlet<?>[] many = new Greenlet<?>[MANY];
            for (int i = 0; i < MANY; i++) {
                many[i] = on.hub.spawn(SpawnBench::nothing);
            }
            OnHub.join(many);
        }));
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public void startManyThreadsThenJoin() throws InterruptedException {
        Threads.run(() -> {
            Thread[] many = new Thread[MANY];
            for (int i = 0; i < MANY; i++) {
                many[i] = Thread.startVirtualThread(SpawnBench::nothing);
            }
            for (Thread thread : many) {
                thread.join();
            }
        });
    }
}
