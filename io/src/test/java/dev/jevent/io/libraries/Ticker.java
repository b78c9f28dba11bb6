package dev.jevent.io.libraries;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A greenlet that sleeps a millisecond, again and again, and remembers the longest time that it took: how long the hub
 * stood still, or had others to run.
 *
 * <p>A machine that is busy with other things is not the hub's fault. Linux tells how long a thread was ready to run and had
 * no processor; that part is left out of {@link #longest()}. Elsewhere it is not known and counts.
 */
final class Ticker {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Path PROC = Path.of("/proc");
    private static final Path THREAD = PROC.resolve("thread-self");
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Greenlet<Void> greenlet;
    private boolean stopped;
    private long longest;
    private long longestWithStarving;

    private Ticker(Hub hub) {
        THREADS.resetPeakThreadCount();
        greenlet = hub.spawn(() -> tick(hub));
    }

    static Ticker start(Hub hub) {
        return new Ticker(hub);
    }

    private void tick(Hub hub) throws IOException {
        Path statistics = statistics();
        long last = System.nanoTime();
        long starvedBefore = starved(statistics);
        while (!stopped) {
            hub.sleep(TICK);
            long now = System.nanoTime();
            long starved = starved(statistics);
            longestWithStarving = Math.max(longestWithStarving, now - last);
            longest = Math.max(longest, now - last - (starved - starvedBefore));
            last = now;
            starvedBefore = starved;
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

    /** Nanoseconds that the thread was ready and didn't run, so far. */
    private static long starved(Path statistics) throws IOException {
        return statistics == null ? 0 : Long.parseLong(Files.readString(statistics).split(" ")[1]);
    }

    void stop() {
        stopped = true;
        greenlet.join();
    }

    /** The longest time between two ticks in which the hub's thread ran or slept. */
    Duration longest() {
        return Duration.ofNanos(longest);
    }

    /** The longest time between two ticks. */
    Duration longestWithStarving() {
        return Duration.ofNanos(longestWithStarving);
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
