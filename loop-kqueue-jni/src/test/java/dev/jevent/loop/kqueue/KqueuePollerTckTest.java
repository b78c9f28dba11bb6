package dev.jevent.loop.kqueue;

import dev.jevent.loop.Poller;
import dev.jevent.testkit.tck.PollerTck;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;

class KqueuePollerTckTest extends PollerTck {
    @BeforeAll
    static void needsIt() {
        Needs.kqueue();
    }

    @Override
    protected Poller newPoller() throws IOException {
        return KqueuePoller.open();
    }
}
