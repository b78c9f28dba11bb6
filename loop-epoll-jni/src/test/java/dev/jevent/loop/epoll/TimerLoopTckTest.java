package dev.jevent.loop.epoll;

import dev.jevent.Settings;
import dev.jevent.loop.PollingLoop;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.testkit.tck.LoopTck;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.BeforeAll;

/** As before Linux 5.11: a timer descriptor ends the wait. */
class TimerLoopTckTest extends LoopTck {
    @BeforeAll
    static void needsIt() {
        Needs.epoll();
    }

    @Override
    protected HubLoop newLoop(Environment environment, Settings settings) {
        try {
            return new PollingLoop(EpollLoopProvider.NAME, EpollPoller.open(true), environment, settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
