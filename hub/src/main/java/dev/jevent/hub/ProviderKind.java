package dev.jevent.hub;

import dev.jevent.Settings;
import dev.jevent.spi.Availability;
import dev.jevent.spi.LoopProvider;
import dev.jevent.spi.ResolverProvider;
import java.util.List;

/** What differs between choosing a loop and choosing a resolver. */
abstract class ProviderKind<P> {
    static final ProviderKind<LoopProvider> LOOP = new Loops();
    static final ProviderKind<ResolverProvider> RESOLVER = new Resolvers();

    final Class<P> service;
    final Settings.Key<List<String>> setting;

    /** In messages: {@code Loop} of {@code [jevent/NoLoop]}. */
    final String id;

    final String noun;
    final String refusal;

    /** The one that runs anywhere, and the module that has it. */
    final String fallback;

    final String fallbackModule;

    private ProviderKind(
            Class<P> service,
            Settings.Key<List<String>> setting,
            String id,
            String noun,
            String refusal,
            String fallback,
            String fallbackModule) {
        this.service = service;
        this.setting = setting;
        this.id = id;
        this.noun = noun;
        this.refusal = refusal;
        this.fallback = fallback;
        this.fallbackModule = fallbackModule;
    }

    abstract String name(P provider);

    abstract int rank(P provider);

    abstract Availability availability(P provider);

    private static final class Loops extends ProviderKind<LoopProvider> {
        Loops() {
            super(
                    LoopProvider.class,
                    Settings.LOOP,
                    "Loop",
                    "event loop",
                    "No event loop can run here",
                    "nio",
                    "jevent-loop-nio");
        }

        @Override
        String name(LoopProvider provider) {
            return provider.name();
        }

        @Override
        int rank(LoopProvider provider) {
            return provider.rank();
        }

        @Override
        Availability availability(LoopProvider provider) {
            return provider.availability();
        }
    }

    private static final class Resolvers extends ProviderKind<ResolverProvider> {
        Resolvers() {
            super(
                    ResolverProvider.class,
                    Settings.RESOLVER,
                    "Resolver",
                    "resolver",
                    "No resolver can look up names here",
                    "threadpool",
                    "jevent-resolver-threadpool");
        }

        @Override
        String name(ResolverProvider provider) {
            return provider.name();
        }

        @Override
        int rank(ResolverProvider provider) {
            return provider.rank();
        }

        @Override
        Availability availability(ResolverProvider provider) {
            return provider.availability();
        }
    }
}
