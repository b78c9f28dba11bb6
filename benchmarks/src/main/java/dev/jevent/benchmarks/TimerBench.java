package dev.jevent.benchmarks;

import dev.jevent.Hub;
import dev.jevent.Watcher;
import dev.jevent.spi.Alarm;
import dev.jevent.spi.CarrierCallback;
import dev.jevent.spi.HubLoop;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One timer set and cancelled beside many that are pending, as a wait with a timeout does that ends in time. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TimerBench {
    /** What is pending, and the delays of what comes and goes, in nanoseconds. */
    private static long[] delays(int count) {
        return new SplittableRandom(1)
                .longs(count, Duration.ofHours(1).toNanos(), Duration.ofHours(2).toNanos()).toArray();
    }

    @State(Scope.Thread)
    public static class OfLoop {
        @Param({"0", "1000000"})
        int pending;

        private final long[] delays = delays(1024);
        private Hub hub;
        private Alarm alarm;
        private Watcher.Timer timer;
        private int next;

        @Setup(Level.Trial)
        public void open() {
            hub = Hub.current();
            HubLoop loop = (HubLoop) hub.loop();
            for (long delay : delays(pending)) {
                loop.alarm(new Nothing()).set(delay, false);
            }
            alarm = loop.alarm(new Nothing());
            timer = loop.timer(Duration.ofHours(1));
        }

        @TearDown(Level.Trial)
        public void close() {
            hub.close();
        }

        long nextDelay() {
            return delays[next++ & delays.length - 1];
        }
    }

    private static final class Nothing implements CarrierCallback {
        @Override
        public void run() {}
    }

    @State(Scope.Thread)
    public static class OfExecutor {
        @Param({"0", "1000000"})
        int pending;

        private final long[] delays = delays(1024);
        private ScheduledThreadPoolExecutor executor;
        private int next;

        @Setup(Level.Trial)
        public void open() {
            executor = new ScheduledThreadPoolExecutor(1);
            executor.setRemoveOnCancelPolicy(true);
            for (long delay : delays(pending)) {
                executor.schedule(TimerBench::nothing, delay, TimeUnit.NANOSECONDS);
            }
        }

        @TearDown(Level.Trial)
        public void close() {
            executor.shutdownNow();
        }

        long nextDelay() {
            return delays[next++ & delays.length - 1];
        }
    }

    private static void nothing() {}

    /** What a wait with a timeout costs in timers. */
    @Benchmark
    public void alarm(OfLoop on) {
        on.alarm.set(on.nextDelay(), true);
        on.alarm.cancel();
    }

    @Benchmark
    public void watcher(OfLoop on) {
        on.timer.start(TimerBench::nothing);
        on.timer.stop();
    }

    @Benchmark
    public void scheduledThreadPoolExecutor(OfExecutor on) {
        on.executor.schedule(TimerBench::nothing, on.nextDelay(), TimeUnit.NANOSECONDS).cancel(false);
    }
}
