package dev.jevent.launcher;

import dev.jevent.Hub;
import java.time.Duration;
import java.util.List;

/** Something small, done so often that a round takes long enough to be measured. */
final class LoopBench implements Bench {
    /** Does it {@code times} times. Called by the main of a hub that is idle, and returns when everything is over. */
    @FunctionalInterface
    interface Loop {
        void run(Hub hub, int times) throws Exception;
    }

    private static final long WARM_UP = Duration.ofMillis(600).toNanos();
    private static final long ROUND = Duration.ofMillis(150).toNanos();
    private static final int FIRST_TIMES = 1_000;

    private final String name;
    private final String what;
    private final Loop jevent;
    private final Loop baseline;
    private int jeventTimes = FIRST_TIMES;
    private int baselineTimes = FIRST_TIMES;

    LoopBench(String name, String what, Loop jevent, Loop baseline) {
        this.name = name;
        this.what = what;
        this.jevent = jevent;
        this.baseline = baseline;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String what() {
        return what;
    }

    @Override
    public void warmUp(Hub hub) throws Exception {
        jeventTimes = warmUp(hub, jevent);
        baselineTimes = warmUp(hub, baseline);
    }

    /** Returns how often it can be done in a round. */
    private static int warmUp(Hub hub, Loop loop) throws Exception {
        int times = FIRST_TIMES;
        for (long start = System.nanoTime(); System.nanoTime() - start < WARM_UP; ) {
            long took = time(hub, loop, times);
            times = (int) Math.clamp((double) times * ROUND / Math.max(took, 1), FIRST_TIMES, times * 4.0);
        }
        return times;
    }

    @Override
    public List<Row> round(Hub hub) throws Exception {
        double ours = (double) time(hub, jevent, jeventTimes) / jeventTimes;
        double theirs = (double) time(hub, baseline, baselineTimes) / baselineTimes;
        return List.of(new Row(name, "ns", ours, theirs));
    }

    private static long time(Hub hub, Loop loop, int times) throws Exception {
        long start = System.nanoTime();
        loop.run(hub, times);
        return System.nanoTime() - start;
    }
}
