package dev.jevent.guice;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import dev.jevent.Hub;
import dev.jevent.Loop;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.ThreadPool;
import dev.jevent.hub.ServiceHubProvider;
import dev.jevent.spi.Environment;
import java.util.Objects;

/**
 * Binds {@link Settings}, and what belongs to the hub of the thread that asks: {@link Hub}, {@link Loop}, {@link Resolver} and
 * {@link ThreadPool}. None of these is a singleton: what is used on several hubs injects a {@code Provider} and asks it there.
 */
public final class JeventModule extends AbstractModule {
    private final Settings settings;

    /** With what system properties and environment say. */
    public JeventModule() {
        this(Settings.process());
    }

    /** @param settings of the hubs that are made here: on threads that have none when they ask for the first time */
    public JeventModule(Settings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    @Override
    protected void configure() {
        bind(Settings.class).toInstance(settings);
    }

    @Provides
    Hub hub() {
        Hub hub = Hub.ifExists();
        if (hub != null) {
            return hub;
        }
        return settings == Settings.process() ? Hub.current() : new ServiceHubProvider.Factory().open(Environment.system(), settings, null);
    }

    @Provides
    Loop loop(Hub hub) {
        return hub.loop();
    }

    @Provides
    Resolver resolver(Hub hub) {
        return hub.resolver();
    }

    @Provides
    ThreadPool threadPool(Hub hub) {
        return hub.threadPool();
    }

    /** Modules with the same settings are the same, so each part of an application can install its own. */
    @Override
    public boolean equals(Object other) {
        return other instanceof JeventModule that && settings == that.settings;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(settings);
    }
}
