package dev.jevent.loop.nio;

import dev.jevent.Settings;
import dev.jevent.loop.PollingLoop;
import dev.jevent.spi.Availability;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;

/** The loop {@code nio}; always available. */
public final class NioLoopProvider implements LoopProvider {
    static final String NAME = "nio";

    public NioLoopProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Availability availability() {
        return Availability.yes();
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public HubLoop create(Environment environment, Settings settings) {
        return new PollingLoop(NAME, new NioPoller(), environment, settings);
    }
}
