package dev.jevent.benchmarks;

import dev.jevent.Hub;
import dev.jevent.sync.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Many greenlets that are parked at once, for benchmarks/million: how long they take to spawn, how much heap one takes,
 * and whether all of them come back. The argument is how many.
 */
public final class Million {
    private Million() {}

    public static void main(String[] args) {
        int count = Integer.parseInt(args[0]);
        try (Hub hub = Hub.current()) {
            OnHub.join(hub.spawn(() -> run(hub, count)));
        }
    }

    private static void run(Hub hub, int count) throws IOException {
        long[] returned = new long[1];
        park(hub, 100_000, returned); // interpreted frames are larger than compiled ones
        park(hub, 100_000, returned);
        returned[0] = 0;
        long before = usedHeap();
        long start = System.nanoTime();
        Event event = new Event();
        spawn(hub, count, event, returned);
        long parked = System.nanoTime();
        long heap = usedHeap() - before;
        System.out.printf("parked greenlets          %,d%n", event.linkCount());
        System.out.printf("spawned and parked in     %.2f s%n", (parked - start) / 1e9);
        System.out.printf("heap of each              %,d bytes%n", heap / count);
        System.out.printf("heap in use, of at most   %,d MB of %,d MB%n", usedHeap() >> 20, Runtime.getRuntime().maxMemory() >> 20);
        System.out.printf("resident set of process   %s%n", residentSet());
        long set = System.nanoTime();
        event.set();
        while (returned[0] < count) {
            hub.yieldNow();
        }
        System.out.printf("all woken and ended in    %.2f s%n", (System.nanoTime() - set) / 1e9);
    }

    private static void park(Hub hub, int count, long[] returned) {
        returned[0] = 0;
        Event event = new Event();
        spawn(hub, count, event, returned);
        event.set();
        while (returned[0] < count) {
            hub.yieldNow();
        }
    }

    private static void spawn(Hub hub, int count, Event event, long[] returned) {
        for (int i = 0; i < count; i++) {
            hub.spawn(() -> {
                event.await();
                returned[0]++;
            });
        }
        while (event.linkCount() < count) {
            hub.yieldNow();
        }
    }

    private static long usedHeap() {
        System.gc();
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** As Linux tells it. */
    private static String residentSet() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return "unknown on this system";
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> line.substring("VmRSS:".length()).strip())
                .findFirst().orElse("unknown");
    }
}
