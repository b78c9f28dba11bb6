package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.Loop;
import dev.jevent.LoopCapabilities;
import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What each loop must do, one test for each rule. A backend extends this and says how to make one; rules about what it says
 * it cannot do are skipped.
 *
 * <pre>{@code
 *   class NioLoopTckTest extends LoopTck {
 *       @Override protected HubLoop newLoop(Environment environment, Settings settings) {
 *           return new NioLoopProvider().create(environment, settings);
 *       }
 *   }
 * }</pre>
 */
public abstract class LoopTck
        implements CallbackRules, TurnRules, PostRules, TimerRules, AlarmRules, WatcherRules, PhaseRules, IoRules, SystemRules {
    private final List<AutoCloseable> opened = new ArrayList<>();
    private HubLoop loop;
    private HandClock clock;
    private RecordingHost host;
    private Watchdog watchdog;

    /** A fresh one, for the calling thread. */
    protected abstract HubLoop newLoop(Environment environment, Settings settings);

    /** Something that it can watch; unless this is overridden, a connection of its {@link Loop#channels()}. */
    protected Device newDevice(HubLoop loop) throws IOException {
        assumeTrue(loop.capabilities().channels(), "watches no channels, and newDevice() is not overridden");
        return Device.ofChannels(loop.channels());
    }

    /** Real time after which what should come doesn't. */
    protected Duration limit() {
        return Duration.ofSeconds(10);
    }

    @BeforeEach
    final void watch() {
        watchdog = new Watchdog(limit());
    }

    @AfterEach
    final void close() throws Exception {
        watchdog.close();
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    // ---- for the rules ----

    /** A loop whose time is set by hand: it stands at a moment not far before the clock overflows. */
    @Override
    public final HubLoop loop() {
        if (loop == null) {
            clock = new HandClock(Long.MAX_VALUE - 3_600_000_000_000L);
            loop = open(clock);
        }
        return loop;
    }

    @Override
    public final void advance(Duration duration) {
        clock.advance(duration);
    }

    /** A loop in real time, instead of {@link #loop()}. */
    @Override
    public final HubLoop realLoop() {
        loop = open(Environment.system());
        return loop;
    }

    private HubLoop open(Environment environment) {
        HubLoop made = newLoop(environment, Settings.process());
        host = new RecordingHost();
        made.host(host);
        opened.add(() -> {
            if (!made.isClosed()) {
                made.close();
            }
        });
        return made;
    }

    @Override
    @SuppressWarnings("exports") // public since the rules are interfaces; for them alone
    public final RecordingHost host() {
        loop();
        return host;
    }

    @Override
    public final Device device() throws IOException {
        Device device = newDevice(loop());
        opened.add(device);
        return device;
    }

    @Override
    public final LoopCapabilities capabilities() {
        return loop().capabilities();
    }

    /** Runs iterations, which may wait, until {@code condition} holds; fails if it never does. */
    @Override
    public final void runUntil(String what, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            loop.run(Loop.Mode.ONCE);
            watchdog.check("did not come: " + what);
        }
    }

    @Override
    public final void inTime(String what) {
        watchdog.check(what);
    }
}
