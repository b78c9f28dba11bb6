package dev.jevent.hub;

import dev.jevent.Hub;
import dev.jevent.ProviderException;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;
import dev.jevent.spi.ResolverProvider;
import java.util.List;

/**
 * Chooses a loop, and a resolver: the first available one that the settings name, else the available one of the highest
 * rank. The class path is searched once in a process.
 */
public final class ProviderChooser {
    private ProviderChooser() {}

    private static final class Loops {
        static final List<ProviderCandidate<LoopProvider>> FOUND =
                ProviderCandidate.load(ProviderKind.LOOP, ProviderChooser.class.getClassLoader());
    }

    private static final class Resolvers {
        static final List<ProviderCandidate<ResolverProvider>> FOUND =
                ProviderCandidate.load(ProviderKind.RESOLVER, ProviderChooser.class.getClassLoader());
    }

    /** What {@link #loop} would choose, and why; no refusal is thrown. */
    public static ProviderChoice<LoopProvider> explainLoop(Settings settings) {
        return ProviderChoice.of(ProviderKind.LOOP, Loops.FOUND, settings.get(Settings.LOOP));
    }

    /** What {@link #resolver} would choose, and why; no refusal is thrown. */
    public static ProviderChoice<ResolverProvider> explainResolver(Settings settings) {
        return ProviderChoice.of(ProviderKind.RESOLVER, Resolvers.FOUND, settings.get(Settings.RESOLVER));
    }

    /** @throws ProviderException saying for each candidate why not */
    static LoopProvider loop(Settings settings) {
        return chosen(explainLoop(settings));
    }

    /** @throws ProviderException saying for each candidate why not */
    static ResolverProvider resolver(Settings settings) {
        return chosen(explainResolver(settings));
    }

    static <P> P chosen(ProviderChoice<P> choice) {
        P provider = choice.provider();
        if (provider == null) {
            throw choice.refusal();
        }
        return provider;
    }

    /** @throws ProviderException if {@code provider} fails */
    static HubLoop create(LoopProvider provider, Environment environment, Settings settings) {
        try {
            HubLoop loop = provider.create(environment, settings);
            if (loop != null) {
                return loop;
            }
        } catch (Exception | LinkageError e) {
            throw failure(explainLoop(settings).instead(provider), provider.name(), e);
        }
        throw failure(explainLoop(settings).instead(provider), provider.name(), nothing());
    }

    /** @throws ProviderException if {@code provider} fails */
    static Resolver create(ResolverProvider provider, Hub hub, Settings settings) {
        try {
            Resolver resolver = provider.create(hub, settings);
            if (resolver != null) {
                return resolver;
            }
        } catch (Exception | LinkageError e) {
            throw failure(explainResolver(settings).instead(provider), provider.name(), e);
        }
        throw failure(explainResolver(settings).instead(provider), provider.name(), nothing());
    }

    private static NullPointerException nothing() {
        return new NullPointerException("create() returned null");
    }

    /** What says already what to do is passed on. */
    private static ProviderException failure(ProviderChoice<?> choice, String name, Throwable cause) {
        return cause instanceof ProviderException already ? already : choice.failure(name, cause);
    }
}
