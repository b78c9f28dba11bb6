package dev.jevent.resolver.ares;

/**
 * Why a question has no answer.
 *
 * @param status of c-ares; {@link #CLOSED} and the next are ours
 * @param reason for people
 */
record Failure(int status, String reason) {
    static final int CLOSED = -1;
    static final int LOCAL = -2;

    static Failure closed() {
        return new Failure(CLOSED, "the resolver was closed");
    }

    /** Whether asking again at once would most likely fail again. */
    boolean isWorthKeeping() {
        return status > 0;
    }
}
