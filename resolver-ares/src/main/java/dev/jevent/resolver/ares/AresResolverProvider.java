package dev.jevent.resolver.ares;

import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.spi.Availability;
import dev.jevent.spi.ResolverProvider;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

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

    /** The version of c-ares that is linked in; empty: {@link #availability} says why none can be used. */
    public static Optional<String> library() {
        return Ares.LIBRARY.isLoaded() ? Optional.of(Ares.version()) : Optional.empty();
    }

    /** What is to be said of a c-ares that is too old. */
    public static Optional<String> oldLibrary() {
        return library().flatMap(AresResolverProvider::warning);
    }

    static Optional<String> warning(String version) {
        return Arrays.compare(numbers(version), numbers(Ares.OLDEST_GOOD)) >= 0
                ? Optional.empty()
                : Optional.of("The resolver ares was built with c-ares " + version + "; build it with " + Ares.OLDEST_GOOD
                        + " or later, for the sake of faults that were repaired since.");
    }

    /** Of {@code 1.34.0-DEV}: 1, 34, 0. Versions of the JDK end in no zero, these do. */
    private static int[] numbers(String version) {
        return Pattern.compile("\\d{1,9}").matcher(version.split("-")[0]).results().mapToInt(number -> Integer.parseInt(number.group())).toArray();
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
