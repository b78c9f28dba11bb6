package dev.jevent.hub;

import dev.jevent.spi.Availability;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** One provider on the class path; also one that cannot even be made, whose error is then the reason against it. */
final class ProviderCandidate<P> {
    /** Broken entries after which the search ends: a service file that fails for ever must not be read for ever. */
    private static final int MOST_ERRORS = 100;

    private final ProviderKind<P> kind;
    private final P provider;
    private final String name;
    private final int rank;
    private final String className;
    private Availability availability; // asked once; may be asked twice by two threads, with the same answer

    private ProviderCandidate(
            ProviderKind<P> kind, P provider, String name, int rank, String className, Availability availability) {
        this.kind = kind;
        this.provider = provider;
        this.name = name;
        this.rank = rank;
        this.className = className;
        this.availability = availability;
    }

    /** All that the class path has: highest rank first, equal ranks by name. Never throws. */
    static <P> List<ProviderCandidate<P>> load(ProviderKind<P> kind, ClassLoader loader) {
        List<ProviderCandidate<P>> found = new ArrayList<>();
        var providers = ServiceLoader.load(kind.service, loader).iterator();
        for (int errors = 0; errors < MOST_ERRORS; ) {
            try {
                if (!providers.hasNext()) {
                    break;
                }
                add(found, of(kind, providers.next()));
            } catch (ServiceConfigurationError | LinkageError e) {
                errors++;
                add(found, broken(kind, e));
            }
        }
        return found;
    }

    /** The same of given providers, for tests. */
    static <P> List<ProviderCandidate<P>> of(ProviderKind<P> kind, List<P> providers) {
        List<ProviderCandidate<P>> found = new ArrayList<>();
        for (P provider : providers) {
            add(found, of(kind, provider));
        }
        return found;
    }

    private static <P> ProviderCandidate<P> of(ProviderKind<P> kind, P provider) {
        String className = provider.getClass().getName();
        String call = "name()";
        try {
            String name = kind.name(provider);
            if (name == null || name.isBlank()) {
                return new ProviderCandidate<>(
                        kind, null, className, 0, className, Availability.no("name() returned " + (name == null ? "null" : "\"" + name + "\"")));
            }
            call = "rank()";
            return new ProviderCandidate<>(kind, provider, name, kind.rank(provider), className, null);
        } catch (Exception | LinkageError | AssertionError e) {
            return new ProviderCandidate<>(kind, null, className, 0, className, Availability.no(call + " threw " + e));
        }
    }

    /** Of an error whose message is {@code service: Provider class not…}, or without that word, as ServiceLoader writes it. */
    private static <P> ProviderCandidate<P> broken(ProviderKind<P> kind, Throwable error) {
        String text = String.valueOf(error.getMessage());
        String prefix = kind.service.getName() + ": ";
        if (text.startsWith(prefix)) {
            text = text.substring(prefix.length());
        }
        String from = text.startsWith("Provider ") ? text.substring("Provider ".length()) : text;
        String className = from.indexOf(' ') < 0 ? from : from.substring(0, from.indexOf(' '));
        if (className.indexOf(':') >= 0 || className.indexOf('.') < 0) {
            className = "?"; // of the file as a whole, or of one of its lines
        }
        String reason = error.getCause() == null ? text : text + ": " + error.getCause();
        return new ProviderCandidate<>(kind, null, className, 0, className, Availability.no(reason));
    }

    private static <P> void add(List<ProviderCandidate<P>> found, ProviderCandidate<P> candidate) {
        ProviderCandidate<P> added = candidate;
        int at = found.size();
        for (int i = found.size() - 1; i >= 0; i--) {
            ProviderCandidate<P> other = found.get(i);
            if (candidate.provider != null && other.provider != null && other.name.equalsIgnoreCase(candidate.name)) {
                added = new ProviderCandidate<>(kindOf(candidate), null, candidate.name, candidate.rank, candidate.className,
                        Availability.no(other.className + " has the same name and comes first"));
            }
            if (other.rank < candidate.rank
                    || other.rank == candidate.rank && other.name.compareToIgnoreCase(candidate.name) > 0) {
                at = i;
            }
        }
        found.add(at, added);
    }

    private static <P> ProviderKind<P> kindOf(ProviderCandidate<P> candidate) {
        return candidate.kind;
    }

    /** Null if there is none that could be used. */
    P provider() {
        return provider;
    }

    /** The class name where the provider's own is not to be had. */
    String name() {
        return name;
    }

    int rank() {
        return rank;
    }

    String className() {
        return className;
    }

    boolean isNamed(String wanted) {
        return name.equalsIgnoreCase(wanted);
    }

    boolean available() {
        return reason() == null;
    }

    /** Null if it is available. */
    String reason() {
        Availability known = availability;
        if (known == null) {
            try {
                known = kind.availability(provider);
                if (known == null) {
                    known = Availability.no("availability() returned null");
                }
            } catch (Exception | LinkageError | AssertionError e) {
                known = Availability.no("availability() threw " + e);
            }
            availability = known;
        }
        return known.reason();
    }
}
