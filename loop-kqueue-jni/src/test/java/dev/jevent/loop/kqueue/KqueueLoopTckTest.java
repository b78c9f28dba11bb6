package dev.jevent.loop.kqueue;

import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.testkit.tck.LoopTck;
import org.junit.jupiter.api.BeforeAll;

class KqueueLoopTckTest extends LoopTck {
    @BeforeAll
    static void needsIt() {
        Needs.kqueue();
    }

    @Override
    protected HubLoop newLoop(Environment environment, Settings settings) {
        return new KqueueLoopProvider().create(environment, settings);
    }
}
