package dev.jevent.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.jevent.Interest;
import dev.jevent.Loop.Mode;
import dev.jevent.Settings;
import dev.jevent.Watcher;
import dev.jevent.spi.Alarm;
import dev.jevent.spi.CarrierCallback;
import dev.jevent.spi.Environment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What happens for each wait, wake and event allocates nothing. */
class AllocationTest {
    private static final int TIMES = 10_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final CarrierCallback nothing = () -> {};

    /** Bytes that this thread allocates in {@code TIMES} rounds, when all arrays have grown. */
    private static long bytes(Runnable round) {
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5; attempt++) { // the first ones warm up: classes, arrays, the measuring itself
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < TIMES; i++) {
                round.run();
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    private static PollingLoop loop() {
        return new PollingLoop("parking", new ParkingPoller(), Environment.system(), Settings.process());
    }

    @Test
    void aTaskAllocatesNothing() {
        try (PollingLoop loop = loop()) {
            assertThat(bytes(() -> {
                for (int i = 0; i < 10; i++) {
                    loop.execute(nothing);
                }
                loop.turn(false);
            })).isZero();
        }
    }

    @Test
    void anAlarmAllocatesNothing() {
        try (PollingLoop loop = loop()) {
            Alarm[] alarms = new Alarm[100];
            for (int i = 0; i < alarms.length; i++) {
                alarms[i] = loop.alarm(nothing);
            }
            int[] next = new int[1];
            assertThat(bytes(() -> {
                Alarm alarm = alarms[next[0]++ % alarms.length];
                alarm.set(1_000_000_000L - next[0], true);
                alarms[next[0] * 7 % alarms.length].cancel();
                alarm.set(2_000_000_000L, true);
            })).isZero();
            assertThat(bytes(() -> {
                alarms[0].set(0, true);
                alarms[1].set(0, true);
                loop.turn(false);
            })).isZero();
        }
    }

    @Test
    void aWaitForReadinessAllocatesNothing() {
        World world = World.levelTriggered();
        OneEventPoller poller = new OneEventPoller();
        try (PollingLoop loop = new PollingLoop("one event", poller, world, Settings.process())) {
            Watcher.Io io = loop.io(World.descriptor(1), Interest.READ.mask());
            CarrierCallback stop = io::stop;
            assertThat(bytes(() -> {
                io.start(stop);
                loop.run(Mode.ONCE);
            })).isZero();
            assertThat(poller.polls).isGreaterThanOrEqualTo(5 * TIMES);
            assertThat(io.active()).isFalse();
        }
    }

    /** Reports its one registration as ready at each poll. */
    private static final class OneEventPoller implements Poller {
        private long token;
        int polls;

        @Override
        public dev.jevent.LoopCapabilities capabilities() {
            return new dev.jevent.LoopCapabilities(false, true, true, java.time.Duration.ofNanos(1));
        }

        @Override
        public void register(dev.jevent.Pollable what, int interest, long token) {
            this.token = token;
        }

        @Override
        public void modify(dev.jevent.Pollable what, int interest, long token) {}

        @Override
        public void remove(dev.jevent.Pollable what) {}

        @Override
        public int poll(long timeoutNanos, ReadyTokens into) {
            polls++;
            into.add(token, 1);
            return 1;
        }

        @Override
        public void wakeup() {}

        @Override
        public java.nio.channels.spi.SelectorProvider channels() {
            return java.nio.channels.spi.SelectorProvider.provider();
        }

        @Override
        public void close() {}
    }
}
