package dev.jevent.launcher;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.ProviderException;
import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubFactory;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;

/** Hubs with the settings of the command line. */
final class Hubs {
    private Hubs() {}

    /**
     * A hub for the calling platform thread.
     *
     * @throws ProviderException if none can run here, saying why
     */
    static Hub open(Settings settings) {
        HubFactory factory = ServiceLoader.load(HubFactory.class).findFirst().orElseThrow(
                () -> new ProviderException("[jevent/NoHub] The class path has no dev.jevent.spi.HubFactory. Add jevent-hub."));
        return factory.open(Environment.system(), settings, null);
    }

    /** Runs {@code body} in the first greenlet of a hub that lives as long. */
    static <T> T run(Settings settings, Callable<? extends T> body) throws Exception {
        try (Hub hub = open(settings)) {
            return run(hub, body);
        }
    }

    /** Runs {@code body} in a greenlet of {@code hub}, whose main calls this. */
    static <T> T run(Hub hub, Callable<? extends T> body) throws Exception {
        Greenlet<Ended<T>> first = hub.spawn(() -> {
            try {
                return new Ended<T>(body.call(), null);
            } catch (Exception e) {
                return new Ended<T>(null, e); // thrown below; a failed greenlet would also print it
            }
        });
        Ended<T> ended = first.get();
        if (ended == null) {
            throw new IllegalStateException(first + " was killed");
        }
        if (ended.thrown() != null) {
            throw ended.thrown();
        }
        return ended.value();
    }

    private record Ended<T>(T value, Exception thrown) {}
}
