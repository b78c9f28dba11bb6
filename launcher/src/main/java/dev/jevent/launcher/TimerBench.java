package dev.jevent.launcher;

import dev.jevent.Hub;
import dev.jevent.Loop;
import dev.jevent.Watcher;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A million timers between one hour and two: each made and started, then each cancelled, in another order. */
final class TimerBench implements Bench {
    private final int pending;
    private final long[] delays;
    private final int[] order;

    TimerBench(int pending) {
        this.pending = pending;
        SplittableRandom random = new SplittableRandom(1);
        delays = random.longs(pending, Duration.ofHours(1).toMillis(), Duration.ofHours(2).toMillis()).toArray();
        order = new int[pending];
        for (int i = 1; i < pending; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
    }

    @Override
    public String name() {
        return "timers";
    }

    @Override
    public String what() {
        return String.format(
                "one of %,d timers that are pending: Loop.timer, beside ScheduledThreadPoolExecutor", pending);
    }

    @Override
    public void warmUp(Hub hub) throws Exception {
        round(hub);
    }

    @Override
    public List<Row> round(Hub hub) throws Exception {
        double[] ours = Hubs.run(hub, () -> onLoop(hub.loop()));
        double[] theirs = inExecutor();
        return List.of(
                new Row("timer-insert", "µs", ours[0], theirs[0]), new Row("timer-cancel", "µs", ours[1], theirs[1]));
    }

    private double[] onLoop(Loop loop) {
        Watcher.Timer[] timers = new Watcher.Timer[pending];
        long start = System.nanoTime();
        for (int i = 0; i < pending; i++) {
            timers[i] = loop.timer(Duration.ofMillis(delays[i]));
            timers[i].start(TimerBench::nothing);
        }
        long inserted = System.nanoTime();
        for (int i : order) {
            timers[i].close();
        }
        return microseconds(start, inserted, System.nanoTime());
    }

    private double[] inExecutor() {
        Future<?>[] timers = new Future<?>[pending];
        try (ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1)) {
            executor.setRemoveOnCancelPolicy(true);
            long start = System.nanoTime();
            for (int i = 0; i < pending; i++) {
                timers[i] = executor.schedule(TimerBench::nothing, delays[i], TimeUnit.MILLISECONDS);
            }
            long inserted = System.nanoTime();
            for (int i : order) {
                timers[i].cancel(false);
            }
            return microseconds(start, inserted, System.nanoTime());
        }
    }

    private double[] microseconds(long start, long inserted, long cancelled) {
        return new double[] {(inserted - start) / 1e3 / pending, (cancelled - inserted) / 1e3 / pending};
    }

    private static void nothing() {}
}
