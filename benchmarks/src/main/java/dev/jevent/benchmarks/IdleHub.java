package dev.jevent.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.jevent.Hub;
import dev.jevent.Loop;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * What a hub costs that has nothing to do for a while but keeps many timers, for benchmarks/idle. Prints the processor
 * time of the hub's thread and of the whole process, and the iterations of the loop, over some idle seconds.
 *
 * <p>Arguments: how many timers, how many seconds.
 */
public final class IdleHub {
    /** For compilers and collectors to come to rest. */
    private static final Duration SETTLE = Duration.ofSeconds(3);

    private IdleHub() {}

    public static void main(String[] args) throws InterruptedException {
        int timers = Integer.parseInt(args[0]);
        Duration idle = Duration.ofSeconds(Long.parseLong(args[1]));
        try (Hub hub = Hub.current()) {
            Loop loop = hub.loop();
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < timers; i++) {
                loop.timer(Duration.ofSeconds(3600 + random.nextInt(3600))).start(IdleHub::nothing);
            }
            System.gc();
            Thread observer = new Thread(() -> observe(hub, idle), "observer");
            observer.start();
            hub.sleep(SETTLE.plus(idle).plusSeconds(1)); // one timer more; the observer is done before it fires
            observer.join();
        }
    }

    private static void nothing() {}

    private static void observe(Hub hub, Duration idle) {
        try {
            Thread.sleep(SETTLE);
            long iterations = hub.loop().statistics().iterations();
            long ofThread = threadNanos(hub);
            long ofProcess = processNanos();
            Thread.sleep(idle);
            ofProcess = processNanos() - ofProcess;
            ofThread = threadNanos(hub) - ofThread;
            iterations = hub.loop().statistics().iterations() - iterations;
            System.out.printf("pending timers                      %,d%n", hub.loop().statistics().timers());
            System.out.printf("seconds idle                        %d%n", idle.toSeconds());
            System.out.printf("processor time of the hub's thread  %.3f ms%n", ofThread / 1e6);
            System.out.printf("iterations of its loop              %d%n", iterations);
            System.out.printf("processor time of the process       %.3f ms%n", ofProcess / 1e6);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e); // nobody interrupts here
        }
    }

    private static long threadNanos(Hub hub) {
        return ManagementFactory.getThreadMXBean().getThreadCpuTime(hub.thread().threadId());
    }

    private static long processNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
