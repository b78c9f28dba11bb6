package dev.jevent.resolver.ares;

import dev.jevent.Linkable;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import java.util.Locale;

/**
 * A name and a type that name servers are asked for, and all who wait for the answer.
 *
 * <pre>
 *   ASKED ── an answer, or none after all tries, or close() ──▶ SETTLED
 * </pre>
 *
 * <p>Once sent it goes on when nobody waits any more: its answer is then there for who asks next.
 */
final class Question extends Linkable<Question> {
    /** @param name in lower case, without a final dot */
    record Key(String name, int type) {
        static Key of(String name, int type) {
            String absolute = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
            return new Key(absolute.toLowerCase(Locale.ROOT), type);
        }

        @Override
        public String toString() {
            return name + " " + RecordTypes.name(type);
        }
    }

    final Key key;
    int users; // who asked and hasn't left; for the resolver, inside of its guard
    private Answer answer;
    private Failure failure;
    private volatile boolean settled;

    Question(Key key) {
        this.key = key;
    }

    /** One that is known already. */
    Question(Key key, Answer answer, Failure failure) {
        this.key = key;
        this.answer = answer;
        this.failure = failure;
        settled = true;
    }

    /** Nothing if it is settled already. */
    void settle(Answer found, Failure none) {
        enter();
        if (settled) {
            leave();
            return;
        }
        answer = found;
        failure = none;
        settled = true;
        WaitNode waiting = claimWaiters();
        leave();
        WaitQueue.wakeAll(waiting, this);
    }

    @Override
    protected boolean isReady() {
        return settled;
    }

    boolean await(long nanos) {
        return awaitReady(nanos);
    }

    /** Null: there is a {@link #failure}. */
    Answer answer() {
        return answer;
    }

    Failure failure() {
        return failure;
    }

    @Override
    public String toString() {
        return "<query for " + key + ">";
    }
}
