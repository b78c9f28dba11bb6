package dev.jevent.loop.epoll;

import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.testkit.tck.LoopTck;
import org.junit.jupiter.api.BeforeAll;

class EpollLoopTckTest extends LoopTck {
    @BeforeAll
    static void needsIt() {
        Needs.epoll();
    }

    @Override
    protected HubLoop newLoop(Environment environment, Settings settings) {
        return new EpollLoopProvider().create(environment, settings);
    }
}
