package com.example.loop;

import dev.jevent.loop.Poller;
import dev.jevent.testkit.tck.PollerTck;
import java.io.IOException;

class SelectPollerTckTest extends PollerTck {
    @Override
    protected Poller newPoller() throws IOException {
        return new SelectPoller();
    }
}
