package dev.jevent.loop.nio;

import dev.jevent.loop.Poller;
import dev.jevent.testkit.tck.PollerTck;

class NioPollerTckTest extends PollerTck {
    @Override
    protected Poller newPoller() {
        return new NioPoller();
    }
}
