package dev.jevent.loop.epoll;

import dev.jevent.loop.Poller;
import dev.jevent.testkit.tck.PollerTck;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;

class EpollPollerTckTest extends PollerTck {
    @BeforeAll
    static void needsIt() {
        Needs.epoll();
    }

    @Override
    protected Poller newPoller() throws IOException {
        return EpollPoller.open();
    }
}
