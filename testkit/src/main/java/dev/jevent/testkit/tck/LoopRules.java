package dev.jevent.testkit.tck;

import dev.jevent.Loop;
import dev.jevent.LoopCapabilities;
import dev.jevent.spi.HubLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** What the families of rules of {@link LoopTck} have in common: the loop, and what is around it. */
interface LoopRules {
    HubLoop loop();

    HubLoop realLoop();

    void advance(Duration duration);

    RecordingHost host();

    Device device() throws IOException;

    LoopCapabilities capabilities();

    void runUntil(String what, BooleanSupplier condition);

    /** Fails if the limit was over, and ended what was waited for. */
    void inTime(String what);

    /** An iteration that doesn't wait. */
    default void iterate() {
        loop().run(Loop.Mode.NO_WAIT);
    }

    default void iterate(int times) {
        for (int i = 0; i < times; i++) {
            iterate();
        }
    }
}
