package dev.jevent.resolver.threadpool;

import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.spi.Availability;
import dev.jevent.spi.ResolverProvider;

/** The service entry of {@code threadpool}, the resolver that runs anywhere. */
public final class ThreadPoolResolverProvider implements ResolverProvider {
    /** For ServiceLoader. */
    public ThreadPoolResolverProvider() {}

    @Override
    public String name() {
        return "threadpool";
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
    public Resolver create(Hub hub, Settings settings) {
        return new ThreadPoolResolver(hub, settings, null);
    }
}
