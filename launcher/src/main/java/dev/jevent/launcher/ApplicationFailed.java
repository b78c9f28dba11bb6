package dev.jevent.launcher;

/** Carries what an application's main threw to the main thread, past what handles the launcher's own failures. */
final class ApplicationFailed extends Exception {
    private static final long serialVersionUID = 1;

    ApplicationFailed(Throwable thrown) {
        super(thrown);
    }
}
