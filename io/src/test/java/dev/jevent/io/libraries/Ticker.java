package dev.jevent.io.libraries;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A greenlet that sleeps a millisecond, again and again, and remembers the longest time that it took: how long the hub
 * stood still, or had others to run.
 *
 * <p>That the collector stops the whole JVM is not the hub's fault and left out. Linux also tells how long a thread ran, and
 * how long it was ready to run and had no processor. The latter is left out, too; and what remains beside the former is
 * sleep: of a millisecond if nothing froze the hub. Elsewhere that is not known, and all of it counts.
 */
final class Ticker {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Path PROC = Path.of("/proc");
    private static final Path THREAD = PROC.resolve("thread-self");
    private static final String[] UNKNOWN = {"0", "0"};
    private static final List<GarbageCollectorMXBean> COLLECTORS = ManagementFactory.getGarbageCollectorMXBeans();
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Greenlet<Void> greenlet;
    private boolean stopped;
    private long longest;
    private long longestAsleep;
    private long longestOfAll;

    /** Nanoseconds that the hub's thread ran, that it was ready and didn't, and that the collector took, so far. */
    private record Times(long now, long ran, long starved, long collected) {
        /** @param statistics null: not known */
        static Times read(Path statistics) throws IOException {
            String[] known = statistics == null ? UNKNOWN : Files.readString(statistics).split(" ");
            long collected = COLLECTORS.stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum();
            return new Times(System.nanoTime(), Long.parseLong(known[0]), Long.parseLong(known[1]), collected * 1_000_000);
        }
    }

    private Ticker(Hub hub) {
        THREADS.resetPeakThreadCount();
        greenlet = hub.spawn(() -> tick(hub));
    }

    static Ticker start(Hub hub) {
        return new Ticker(hub);
    }

    private void tick(Hub hub) throws IOException {
        Path statistics = statistics();
        Times last = Times.read(statistics);
        while (!stopped) {
            hub.sleep(TICK);
            Times now = Times.read(statistics);
            long all = now.now - last.now;
            long own = all - (now.starved - last.starved) - (now.collected - last.collected);
            longestOfAll = Math.max(longestOfAll, all);
            longest = Math.max(longest, own);
            longestAsleep = Math.max(longestAsleep, own - (now.ran - last.ran));
            last = now;
        }
    }

    /** Of the hub's thread, on which this runs; null if there are none. */
    private static Path statistics() throws IOException {
        if (!Files.isSymbolicLink(THREAD)) {
            return null;
        }
        Path statistics = PROC.resolve(Files.readSymbolicLink(THREAD)).resolve("schedstat");
        return Files.isReadable(statistics) ? statistics : null;
    }

    void stop() {
        stopped = true;
        greenlet.join();
    }

    /** The longest time between two ticks in which the hub's thread ran or slept. */
    Duration longest() {
        return Duration.ofNanos(longest);
    }

    /** The longest time between two ticks in which the hub's thread slept. */
    Duration longestAsleep() {
        return Duration.ofNanos(longestAsleep);
    }

    /** The longest time between two ticks. */
    Duration longestOfAll() {
        return Duration.ofNanos(longestOfAll);
    }

    /** How many platform threads there were at most. */
    int threads() {
        return THREADS.getPeakThreadCount();
    }

    /** How many platform threads there are now. */
    static int threadsNow() {
        return THREADS.getThreadCount();
    }
}
