package dev.jevent.spi;

import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;

/** One kind of resolver, found and chosen as loops are, see {@link LoopProvider}; {@link Settings#RESOLVER} names others. */
public interface ResolverProvider {
    /** Lower case, as users write it in settings. */
    String name();

    /** Quick, and never throws: what is missing becomes the reason. */
    Availability availability();

    /** 0: pure Java, runs anywhere; 100: native. */
    int rank();

    Resolver create(Hub hub, Settings settings);
}
