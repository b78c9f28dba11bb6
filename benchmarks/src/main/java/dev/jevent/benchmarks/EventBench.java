package dev.jevent.benchmarks;

import static dev.jevent.benchmarks.OnHub.OPERATIONS;

import dev.jevent.Greenlet;
import dev.jevent.sync.Event;
import dev.jevent.sync.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** One wait that another greenlet ends: for an event, and for a permit. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EventBench {
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void event(OnHub on) {
        Event ping = new Event();
        Event pong = new Event();
        Greenlet<Void> first = on.hub.spawn(() -> {
            for (int i = 0; i < OPERATIONS / 2; i++) {
                ping.set();
                pong.await();
                pong.clear();
            }
        });
        Greenlet<Void> second = on.hub.spawn(() -> {
            for (int i = 0; i < OPERATIONS / 2; i++) {
                ping.await();
                ping.clear();
                pong.set();
            }
        });
        OnHub.join(first, second);
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void semaphore(OnHub on) {
        Semaphore ping = new Semaphore(0);
        Semaphore pong = new Semaphore(0);
        Greenlet<Void> first = on.hub.spawn(() -> {
            for (int i = 0; i < OPERATIONS / 2; i++) {
                ping.release();
                pong.acquire();
            }
        });
        Greenlet<Void> second = on.hub.spawn(() -> {
            for (int i = 0; i < OPERATIONS / 2; i++) {
                ping.acquire();
                pong.release();
            }
        });
        OnHub.join(first, second);
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void semaphoreInThreads() throws InterruptedException {
        var ping = new java.util.concurrent.Semaphore(0);
        var pong = new java.util.concurrent.Semaphore(0);
        Threads.run(() -> {
            for (int i = 0; i < OPERATIONS / 2; i++) {
                ping.release();
                pong.acquire();
            }
        }, () -> {
            for (int i = 0; i < OPERATIONS / 2; i++) {
                ping.acquire();
                pong.release();
            }
        });
    }
}
