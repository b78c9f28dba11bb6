package dev.jevent.resolver.ares;

import java.net.UnknownHostException;

/** Why a look-up found nothing, before it is known what its caller asked for. */
final class NoAnswer extends UnknownHostException {
    /** Whether another name is worth a try. */
    final boolean definite;

    NoAnswer(String reason, boolean definite) {
        super(reason);
        this.definite = definite;
    }

    UnknownHostException about(String subject) {
        UnknownHostException unknown = new UnknownHostException(subject + ": " + getMessage());
        unknown.setStackTrace(getStackTrace());
        return unknown;
    }

    /** Its stack is taken where it was found out. */
    static NoAnswer of(Failure failure) {
        return new NoAnswer(failure.reason(), false);
    }
}
