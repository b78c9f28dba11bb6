package dev.jevent.testkit;

import dev.jevent.Settings;
import dev.jevent.loop.PollingLoop;
import dev.jevent.spi.Availability;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;

/** Loops whose polls let a {@link VirtualClock} jump. Not a service: given to a hub by hand. */
public final class VirtualLoopProvider implements LoopProvider {
    private final VirtualClock clock;

    /** @param clock also the environment that hub and loop are opened with */
    public VirtualLoopProvider(VirtualClock clock) {
        this.clock = clock;
    }

    @Override
    public String name() {
        return "virtual";
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
        if (environment != clock) {
            throw new IllegalArgumentException("environment: " + environment + " (expected: " + clock + ")");
        }
        return new PollingLoop(name(), new VirtualTimePoller(clock), environment, settings);
    }
}
