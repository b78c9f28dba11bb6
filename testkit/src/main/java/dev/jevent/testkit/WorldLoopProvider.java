package dev.jevent.testkit;

import dev.jevent.Settings;
import dev.jevent.loop.PollingLoop;
import dev.jevent.loop.Poller;
import dev.jevent.spi.Availability;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;

/** The loop of a simulated world. */
final class WorldLoopProvider implements LoopProvider {
    private final World world;
    private final Poller poller;

    WorldLoopProvider(World world, Poller poller) {
        this.world = world;
        this.poller = poller;
    }

    @Override
    public String name() {
        return "simulated";
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
        if (environment != world) {
            throw new IllegalArgumentException("environment: " + environment + " (expected: " + world + ")");
        }
        return new PollingLoop(name(), poller, environment, settings);
    }
}
