package dev.jevent.loop.epoll;

import dev.jevent.loop.Poller;
import dev.jevent.testkit.tck.Device;
import dev.jevent.testkit.tck.PollerTck;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;

/** Descriptors by number instead of channels. */
class DescriptorPollerTckTest extends PollerTck {
    @BeforeAll
    static void needsIt() {
        Needs.epoll();
    }

    @Override
    protected Poller newPoller() throws IOException {
        return EpollPoller.open();
    }

    @Override
    protected Device newDevice(Poller poller) throws IOException {
        return Device.ofDescriptors(poller.channels(), poller.descriptorCalls());
    }
}
