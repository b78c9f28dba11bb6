package dev.jevent.resolver.ares;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Answers as long as they hold, at most so many; who was asked for longest ago goes first. Used inside its owner's guard.
 *
 * <p>An answer holds as long as the least of its records says, "there is none" as RFC 2308 has it, and a failure for a
 * second [RFC 9520], lest a name server that is down is asked again and again.
 */
final class AnswerCache {
    private static final long SECOND = 1_000_000_000L;
    private static final long LONGEST = 86_400;
    private static final long LONGEST_NEGATIVE = 10_800;

    /** A longer answer isn't kept: few are, and many of them would be much memory. */
    private static final int LARGEST = 4096;

    /** What is known of a question. @param failure of no answer; else null */
    record Known(Answer answer, Failure failure, long until) {}

    private final int most;
    private final LongSupplier nanoTime;
    private final Map<Question.Key, Known> known;

    /** @param most 0: keeps nothing */
    AnswerCache(int most, LongSupplier nanoTime) {
        this.most = most;
        this.nanoTime = nanoTime;
        known = new LinkedHashMap<>(16, 0.75f, true);
    }

    /** Null: not known, or no longer. */
    Known get(Question.Key key) {
        Known found = known.get(key);
        if (found != null && found.until - nanoTime.getAsLong() <= 0) {
            known.remove(key);
            return null;
        }
        return found;
    }

    void put(Question.Key key, Answer answer) {
        long seconds = seconds(answer);
        if (seconds > 0 && answer.size() <= LARGEST) {
            keep(key, new Known(answer, null, nanoTime.getAsLong() + seconds * SECOND));
        }
    }

    void put(Question.Key key, Failure failure) {
        if (failure.isWorthKeeping()) {
            keep(key, new Known(null, failure, nanoTime.getAsLong() + SECOND));
        }
    }

    private void keep(Question.Key key, Known fresh) {
        if (most == 0) {
            return;
        }
        known.put(key, fresh);
        if (known.size() > most) {
            var eldest = known.entrySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    private static long seconds(Answer answer) {
        if (answer.code() != Answer.NO_ERROR && answer.code() != Answer.NO_NAME) {
            return 1;
        }
        if (answer.negativeTtl() >= 0) { // it ends in "there is none", maybe behind an alias
            return least(answer, Math.min(LONGEST_NEGATIVE, answer.negativeTtl()));
        }
        return answer.code() == Answer.NO_NAME || answer.entries().length == 0 ? 0 : least(answer, LONGEST);
    }

    private static long least(Answer answer, long most) {
        long least = most;
        for (Answer.Entry entry : answer.entries()) {
            least = Math.min(least, entry.ttl());
        }
        return least;
    }

    int size() {
        return known.size();
    }
}
