package dev.jevent.loop.kqueue;

import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.testkit.tck.Device;
import dev.jevent.testkit.tck.LoopTck;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;

/** Descriptors by number instead of channels. */
class DescriptorLoopTckTest extends LoopTck {
    @BeforeAll
    static void needsIt() {
        Needs.kqueue();
    }

    @Override
    protected HubLoop newLoop(Environment environment, Settings settings) {
        return new KqueueLoopProvider().create(environment, settings);
    }

    @Override
    protected Device newDevice(HubLoop loop) throws IOException {
        return Device.ofDescriptors(loop.channels(), loop.descriptorCalls());
    }
}
