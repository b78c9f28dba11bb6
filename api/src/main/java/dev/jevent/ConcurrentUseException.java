package dev.jevent;

/** Two greenlets wait for the same direction of one object, which serves only one. Names both. */
public final class ConcurrentUseException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    public ConcurrentUseException(String message) {
        super(message);
    }
}
