package dev.jevent;

/**
 * No loop, resolver or hub can be chosen. The message has an id in brackets, one line for each candidate with the
 * reason against it, and what to add.
 */
public final class ProviderException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ProviderException(String message) {
        super(message);
    }

    public ProviderException(String message, Throwable cause) {
        super(message, cause);
    }
}
