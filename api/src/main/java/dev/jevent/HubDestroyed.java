package dev.jevent;

/** The hub was closed: thrown into its greenlets, so that their {@code finally} blocks run, and at any later wait. */
public final class HubDestroyed extends GreenletExit {
    private static final long serialVersionUID = 1;

    public HubDestroyed(String message) {
        super(message);
    }
}
