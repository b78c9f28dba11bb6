package dev.jevent.loop.kqueue;

import dev.jevent.loop.Poller;
import dev.jevent.testkit.tck.Device;
import dev.jevent.testkit.tck.PollerTck;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;

/** Descriptors by number instead of channels. */
class DescriptorPollerTckTest extends PollerTck {
    @BeforeAll
    static void needsIt() {
        Needs.kqueue();
    }

    @Override
    protected Poller newPoller() throws IOException {
        return KqueuePoller.open();
    }

    @Override
    protected Device newDevice(Poller poller) throws IOException {
        return Device.ofDescriptors(poller.channels(), poller.descriptorCalls());
    }
}
