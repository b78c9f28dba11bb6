package dev.jevent;

/** A callback of the loop called something that waits. Usually a programming error: spawn a greenlet in the callback. */
public final class BlockingSwitchOutException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    public BlockingSwitchOutException(String message) {
        super(message);
    }
}
