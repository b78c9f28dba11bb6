package dev.jevent;

/**
 * A greenlet, or main, was interrupted by {@link Thread#interrupt()} while it waited in a jevent call: that ends it like
 * a kill, unless caught. Calls whose JDK contract names {@link InterruptedException} throw that instead.
 */
public final class GreenletInterrupted extends GreenletExit {
    private static final long serialVersionUID = 1;

    public GreenletInterrupted() {
        super("interrupted");
    }

    public InterruptedException asInterruptedException() {
        InterruptedException e = new InterruptedException();
        e.initCause(this);
        return e;
    }
}
