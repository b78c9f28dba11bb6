package com.example.resolver;

import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.spi.Availability;
import dev.jevent.spi.ResolverProvider;
import org.xbill.DNS.ExtendedResolver;

/** The resolver {@code dnsjava}. Named in META-INF/services/dev.jevent.spi.ResolverProvider. */
public final class JavaResolverProvider implements ResolverProvider {
    @Override
    public String name() {
        return "dnsjava";
    }

    @Override
    public Availability availability() {
        return Availability.yes();
    }

    @Override
    public int rank() {
        return 10;
    }

    /** Asks the servers that the system asks. */
    @Override
    public Resolver create(Hub hub, Settings settings) {
        return new JavaResolver(new ExtendedResolver(), settings);
    }
}
