package dev.jevent.loop.nio;

import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.testkit.tck.LoopTck;

class NioLoopTckTest extends LoopTck {
    @Override
    protected HubLoop newLoop(Environment environment, Settings settings) {
        return new NioLoopProvider().create(environment, settings);
    }
}
