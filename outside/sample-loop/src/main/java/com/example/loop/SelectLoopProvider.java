package com.example.loop;

import dev.jevent.Settings;
import dev.jevent.loop.PollingLoop;
import dev.jevent.spi.Availability;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The loop {@code select}. Named in META-INF/services/dev.jevent.spi.LoopProvider. */
public final class SelectLoopProvider implements LoopProvider {
    @Override
    public String name() {
        return "select";
    }

    /** A backend that needs something says here what is missing, and another is used. */
    @Override
    public Availability availability() {
        return Availability.yes();
    }

    /** Of all that are available the highest is used; {@code nio} has 0, native ones have more. */
    @Override
    public int rank() {
        return -10;
    }

    @Override
    public HubLoop create(Environment environment, Settings settings) {
        try {
            return new PollingLoop(name(), new SelectPoller(), environment, settings);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the loop select: " + e.getMessage(), e);
        }
    }
}
