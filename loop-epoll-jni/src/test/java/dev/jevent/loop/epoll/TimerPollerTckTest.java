package dev.jevent.loop.epoll;

import dev.jevent.loop.Poller;
import dev.jevent.testkit.tck.PollerTck;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;

/** As before Linux 5.11: a timer descriptor ends the wait. */
class TimerPollerTckTest extends PollerTck {
    @BeforeAll
    static void needsIt() {
        Needs.epoll();
    }

    @Override
    protected Poller newPoller() throws IOException {
        return EpollPoller.open(true);
    }
}
