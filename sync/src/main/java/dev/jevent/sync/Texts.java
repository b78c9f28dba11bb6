package dev.jevent.sync;

/** How things are named in dumps and messages. */
final class Texts {
    private Texts() {}

    /** Class and address, as in {@code Event at 0x1b2c}. */
    static String identity(Object object) {
        return object.getClass().getSimpleName() + " at 0x" + Integer.toHexString(System.identityHashCode(object));
    }
}
