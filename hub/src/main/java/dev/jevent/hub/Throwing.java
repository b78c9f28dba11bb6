package dev.jevent.hub;

/** Throws what was thrown in by somebody else as it is, checked or not. */
final class Throwing {
    private Throwing() {}

    /** Never returns; the return type lets the caller write {@code throw sneaky(t)}. */
    @SuppressWarnings("unchecked")
    static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
