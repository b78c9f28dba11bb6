package dev.jevent.launcher;

/** A command cannot go on, for a reason that the user can do something about: its message is all that is shown. */
final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    Failure(String message, Throwable cause) {
        super(message, cause);
    }
}
