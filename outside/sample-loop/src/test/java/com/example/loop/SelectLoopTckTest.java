package com.example.loop;

import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.testkit.tck.LoopTck;

class SelectLoopTckTest extends LoopTck {
    @Override
    protected HubLoop newLoop(Environment environment, Settings settings) {
        return new SelectLoopProvider().create(environment, settings);
    }
}
