package dev.jevent;

/**
 * An error that was made in one place to be thrown in another, and is told when it gets there: so that its stack trace
 * can show where somebody waited, instead of the loop that made it.
 */
public interface Delivered {
    /** Called in the greenlet it is thrown into, right before it is thrown. Must neither wait nor throw. */
    void delivered();
}
