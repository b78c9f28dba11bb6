package dev.jevent.resolver.ares;

import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.spi.Availability;
import dev.jevent.spi.ResolverProvider;

/** The service entry of {@code ares}, the resolver that asks name servers itself. */
public final class AresResolverProvider implements ResolverProvider {
    /** For ServiceLoader. */
    public AresResolverProvider() {}

    @Override
    public String name() {
        return "ares";
    }

    @Override
    public Availability availability() {
        return Ares.LIBRARY.isLoaded() ? Availability.yes() : Availability.no(Ares.LIBRARY.reason());
    }

    @Override
    public int rank() {
        return 100;
    }

    @Override
    public Resolver create(Hub hub, Settings settings) {
        return new AresResolver(hub, settings, AresResolver.Files.SYSTEM);
    }
}
