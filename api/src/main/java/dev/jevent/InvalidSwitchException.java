package dev.jevent;

/** A greenlet was woken with what it doesn't wait for, or waits twice at once: a programming error in a primitive. */
public final class InvalidSwitchException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    public InvalidSwitchException(String message) {
        super(message);
    }
}
