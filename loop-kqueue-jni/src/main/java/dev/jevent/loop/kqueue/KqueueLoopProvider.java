package dev.jevent.loop.kqueue;

import dev.jevent.Settings;
import dev.jevent.loop.PollingLoop;
import dev.jevent.spi.Availability;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The loop {@code kqueue-jni}; available on macOS, where its library can be loaded. */
public final class KqueueLoopProvider implements LoopProvider {
    static final String NAME = "kqueue-jni";

    public KqueueLoopProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Availability availability() {
        return Kqueue.UNAVAILABLE == null ? Availability.yes() : Availability.no(Kqueue.UNAVAILABLE);
    }

    /** Below {@code epoll-jni}: where both are available, this one is a test build. */
    @Override
    public int rank() {
        return 90;
    }

    /** @throws UncheckedIOException if the process has no descriptor left */
    @Override
    public HubLoop create(Environment environment, Settings settings) {
        try {
            return new PollingLoop(NAME, KqueuePoller.open(), environment, settings);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the loop " + NAME + ": " + e.getMessage(), e);
        }
    }
}
