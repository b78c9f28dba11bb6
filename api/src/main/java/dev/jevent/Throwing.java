package dev.jevent;

/** Throws what was caught elsewhere, as it is: a waiter delivers exceptions that its method cannot declare. */
final class Throwing {
    private Throwing() {}

    /** Never returns; the return type lets the caller write {@code throw sneaky(t)}. */
    @SuppressWarnings("unchecked")
    static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
