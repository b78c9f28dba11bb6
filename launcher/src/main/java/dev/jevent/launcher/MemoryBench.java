package dev.jevent.launcher;

import dev.jevent.Hub;
import dev.jevent.sync.Event;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Heap of one that is parked, of many: everything that belongs to it, its stack included. */
final class MemoryBench implements Bench {
    /** Interpreted frames are larger than compiled ones: so many are parked before anything is measured. */
    private static final int WARM_UP = 200_000;

    private final int parked;

    MemoryBench(int parked) {
        this.parked = parked;
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String what() {
        return String.format(
                "heap of one of %,d that are parked: Event, beside LockSupport park", parked);
    }

    @Override
    public void warmUp(Hub hub) throws Exception {
        int few = parked / 10;
        for (int done = 0; done < WARM_UP; done += few) {
            Hubs.run(hub, () -> greenlets(hub, few, () -> 0));
            threads(few, () -> 0);
        }
    }

    @Override
    public List<Row> round(Hub hub) throws Exception {
        return List.of(new Row("memory", "bytes", 
                Hubs.run(hub, () -> greenlets(hub, parked, MemoryBench::usedHeap)), threads(parked, MemoryBench::usedHeap)));
    }

    private static double greenlets(Hub hub, int parked, LongSupplier usedHeap) {
        long before = usedHeap.getAsLong();
        Event never = new Event();
        for (int i = 0; i < parked; i++) {
            hub.spawn(() -> never.await());
        }
        while (never.linkCount() < parked) {
            hub.yieldNow();
        }
        double each = (double) (usedHeap.getAsLong() - before) / parked;
        never.set();
        while (hub.statistics().greenlets() > 1) {
            hub.yieldNow();
        }
        return each;
    }

    private static double threads(int parked, LongSupplier usedHeap) throws InterruptedException {
        Thread[] threads = new Thread[parked];
        CountDownLatch started = new CountDownLatch(parked);
        long before = usedHeap.getAsLong();
        for (int i = 0; i < parked; i++) {
            threads[i] = Thread.startVirtualThread(() -> {
                started.countDown();
                LockSupport.park();
            });
        }
        started.await();
        for (Thread thread : threads) {
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        double each = (double) (usedHeap.getAsLong() - before) / parked;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return each;
    }

    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        System.gc(); // what the first one found unreachable but had to hand to reference handlers
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
