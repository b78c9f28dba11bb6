package dev.jevent;

/**
 * Ends the greenlet it is thrown into, which counts as a success. An {@link Error}, so that {@code catch (Exception e)}
 * in what runs there doesn't swallow it. Carries no stack trace: it says nothing about where the kill came from.
 */
public class GreenletExit extends Error {
    private static final long serialVersionUID = 1;

    public GreenletExit() {
        this(null);
    }

    public GreenletExit(String message) {
        super(message, null, true, false);
    }
}
