package dev.jevent.hub;

import dev.jevent.ProviderException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which provider was chosen, and why not the others. The texts are made when somebody reads them.
 *
 * @param <P> {@code LoopProvider} or {@code ResolverProvider}
 */
public final class ProviderChoice<P> {
    private final ProviderKind<P> kind;
    private final List<ProviderCandidate<P>> candidates;
    private final List<String> wanted;
    private final P provider;

    private ProviderChoice(ProviderKind<P> kind, List<ProviderCandidate<P>> candidates, List<String> wanted, P provider) {
        this.kind = kind;
        this.candidates = candidates;
        this.wanted = wanted;
        this.provider = provider;
    }

    /** @param wanted names in order of preference; empty: the available one of the highest rank */
    static <P> ProviderChoice<P> of(ProviderKind<P> kind, List<ProviderCandidate<P>> candidates, List<String> wanted) {
        P chosen = null;
        if (wanted.isEmpty()) {
            for (int i = 0; chosen == null && i < candidates.size(); i++) {
                chosen = usable(candidates.get(i));
            }
        }
        for (int n = 0; chosen == null && n < wanted.size(); n++) {
            for (int i = 0; chosen == null && i < candidates.size(); i++) {
                if (candidates.get(i).isNamed(wanted.get(n))) {
                    chosen = usable(candidates.get(i));
                }
            }
        }
        return new ProviderChoice<>(kind, candidates, wanted, chosen);
    }

    private static <P> P usable(ProviderCandidate<P> candidate) {
        return candidate.available() ? candidate.provider() : null;
    }

    /** This, with what was given in another way. */
    ProviderChoice<P> instead(P given) {
        return new ProviderChoice<>(kind, candidates, wanted, given);
    }

    /** Null if nothing can be chosen. */
    public P provider() {
        return provider;
    }

    /**
     * One that was looked at, or a name that the settings give and nothing has.
     *
     * @param name the class name where a provider failed before it could tell its own
     * @param className null: not on the class path
     * @param available whether it could be used
     * @param verdict chosen or not, and why
     */
    public record Candidate(String name, int rank, String className, boolean available, boolean chosen, String verdict) {}

    /** Names that nothing has first, then all providers, highest rank first. Asks each whether it is available. */
    public List<Candidate> candidates() {
        List<Candidate> lines = new ArrayList<>();
        for (String name : wanted) {
            if (!isKnown(name)) {
                String similar = similar(name);
                lines.add(new Candidate(name, 0, null, false, false,
                        "not on the class path" + (similar == null ? "" : "; did you mean " + similar + "?")));
            }
        }
        for (ProviderCandidate<P> candidate : candidates) {
            boolean chosen = provider != null && candidate.provider() == provider;
            lines.add(new Candidate(candidate.name(), candidate.rank(), candidate.className(), candidate.available(), chosen,
                    verdict(candidate, chosen)));
        }
        return lines;
    }

    private String verdict(ProviderCandidate<P> candidate, boolean chosen) {
        if (!candidate.available()) {
            return "unavailable: " + candidate.reason();
        }
        if (chosen) {
            return wanted.isEmpty()
                    ? "chosen: of those that are available, rank " + candidate.rank() + " is the highest"
                    : "chosen: " + setting() + " names it";
        }
        if (wanted.isEmpty()) {
            return "available, rank " + candidate.rank();
        }
        for (String name : wanted) {
            if (candidate.isNamed(name)) {
                return "available, named later by " + setting();
            }
        }
        return "available, but " + setting() + " doesn't name it";
    }

    /** The setting and its value. */
    private String setting() {
        return kind.setting.property() + "=" + String.join(",", wanted);
    }

    private boolean isKnown(String name) {
        for (ProviderCandidate<P> candidate : candidates) {
            if (candidate.isNamed(name)) {
                return true;
            }
        }
        return false;
    }

    /** A name on the class path that differs from {@code wrong} in few letters; else null. */
    private String similar(String wrong) {
        String best = null;
        int least = Math.max(1, wrong.length() / 3) + 1;
        for (ProviderCandidate<P> candidate : candidates) {
            int distance = distance(wrong.toLowerCase(java.util.Locale.ROOT), candidate.name());
            if (distance < least) {
                least = distance;
                best = candidate.name();
            }
        }
        return best;
    }

    /** How many letters must be changed, added, removed or swapped with the next to turn {@code a} into {@code b}. */
    private static int distance(String a, String b) {
        int[][] steps = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    steps[i][j] = i + j;
                    continue;
                }
                int changed = steps[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                steps[i][j] = Math.min(changed, Math.min(steps[i - 1][j], steps[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    steps[i][j] = Math.min(steps[i][j], steps[i - 2][j - 2] + 1);
                }
            }
        }
        return steps[a.length()][b.length()];
    }

    // ---- refusals ----

    ProviderException refusal() {
        StringBuilder text = new StringBuilder("[jevent/No").append(kind.id).append("] ").append(kind.refusal);
        if (candidates.isEmpty()) {
            text.append(": the class path has no ").append(kind.service.getName());
        }
        text.append('.');
        appendCandidates(text);
        String other = firstAvailable(null);
        boolean misnamed = false;
        for (String name : wanted) {
            misnamed |= !isKnown(name);
        }
        text.append('\n');
        if (!isKnown(kind.fallback)) {
            text.append("Add the module ").append(kind.fallbackModule).append(": it runs anywhere.");
        } else if (other == null) {
            text.append("One of these reasons must go.");
        } else if (misnamed) {
            text.append("Correct ").append(kind.setting.property()).append(" or ").append(kind.setting.variable())
                    .append(", or unset it to take ").append(other).append('.');
        } else {
            text.append("One of these reasons must go; or take what is available: -D")
                    .append(kind.setting.property()).append('=').append(other);
        }
        return new ProviderException(text.toString());
    }

    /** The chosen one, or one that was given, failed when it was to start. */
    ProviderException failure(String name, Throwable cause) {
        StringBuilder text = new StringBuilder("[jevent/").append(kind.id).append("Failed] The ").append(kind.noun).append(' ')
                .append(name).append(" cannot be started: ").append(cause);
        appendCandidates(text);
        String other = firstAvailable(provider);
        if (other != null) {
            text.append("\nTo take another: -D").append(kind.setting.property()).append('=').append(other);
        }
        return new ProviderException(text.toString(), cause);
    }

    private void appendCandidates(StringBuilder text) {
        List<Candidate> lines = candidates();
        int width = 0;
        for (Candidate line : lines) {
            width = Math.max(width, line.name().length());
        }
        for (Candidate line : lines) {
            text.append("\n  ").append(line.name()).repeat(' ', width - line.name().length() + 2).append(line.verdict());
        }
    }

    private String firstAvailable(P except) {
        for (ProviderCandidate<P> candidate : candidates) {
            if (candidate.available() && candidate.provider() != except) {
                return candidate.name();
            }
        }
        return null;
    }

    /** One line for each candidate, as {@link #candidates()} has them. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(kind.noun);
        appendCandidates(text);
        return text.toString();
    }
}
