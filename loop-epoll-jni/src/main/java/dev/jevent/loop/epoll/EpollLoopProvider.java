package dev.jevent.loop.epoll;

import dev.jevent.Settings;
import dev.jevent.loop.PollingLoop;
import dev.jevent.spi.Availability;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The loop {@code epoll-jni}; available on Linux, where its library can be loaded. */
public final class EpollLoopProvider implements LoopProvider {
    static final String NAME = "epoll-jni";

    public EpollLoopProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Availability availability() {
        return Epoll.UNAVAILABLE == null ? Availability.yes() : Availability.no(Epoll.UNAVAILABLE);
    }

    @Override
    public int rank() {
        return 100;
    }

    /** @throws UncheckedIOException if the process has no descriptor left */
    @Override
    public HubLoop create(Environment environment, Settings settings) {
        try {
            return new PollingLoop(NAME, EpollPoller.open(), environment, settings);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the loop " + NAME + ": " + e.getMessage(), e);
        }
    }
}
