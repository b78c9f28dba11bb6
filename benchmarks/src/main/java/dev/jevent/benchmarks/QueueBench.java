package dev.jevent.benchmarks;

import static dev.jevent.benchmarks.OnHub.OPERATIONS;

import dev.jevent.Greenlet;
import dev.jevent.sync.FifoQueue;
import dev.jevent.sync.Channel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** One item from one to another: through a queue, and hand to hand. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class QueueBench {
    private static final int CAPACITY = 64;
    private static final Integer ITEM = 1;

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void fifo(OnHub on) {
        FifoQueue<Integer> queue = new FifoQueue<>(CAPACITY);
        Greenlet<Void> taker = on.hub.spawn(() -> {
            for (int i = 0; i < OPERATIONS; i++) {
                queue.take();
            }
        });
        Greenlet<Void> putter = on.hub.spawn(() -> {
            for (int i = 0; i < OPERATIONS; i++) {
                queue.put(ITEM);
            }
        });
        OnHub.join(taker, putter);
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void arrayBlockingQueueInThreads() throws InterruptedException {
        transferInThreads(new ArrayBlockingQueue<>(CAPACITY));
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void channel(OnHub on) {
        Channel<Integer> channel = new Channel<>();
        Greenlet<Void> taker = on.hub.spawn(() -> {
            for (int i = 0; i < OPERATIONS; i++) {
                channel.take();
            }
        });
        Greenlet<Void> putter = on.hub.spawn(() -> {
            for (int i = 0; i < OPERATIONS; i++) {
                channel.put(ITEM);
            }
        });
        OnHub.join(taker, putter);
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void synchronousQueueInThreads() throws InterruptedException {
        transferInThreads(new SynchronousQueue<>());
    }

    private static void transferInThreads(BlockingQueue<Integer> queue) throws InterruptedException {
        Threads.run(() -> {
            for (int i = 0; i < OPERATIONS; i++) {
                queue.take();
            }
        }, () -> {
            for (int i = 0; i < OPERATIONS; i++) {
                queue.put(ITEM);
            }
        });
    }
}
