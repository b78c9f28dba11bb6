package dev.jevent;

/** A direction in which something is, or should become, ready. */
public enum Interest {
    /** Reading, or accepting, wouldn't block; the end of the stream and errors count. */
    READ,
    /** Writing, or finishing a connect, wouldn't block; errors count. */
    WRITE;

    /** The bit of this direction in a mask of interests. */
    public int mask() {
        return 1 << ordinal();
    }

    /** Both directions. */
    public static final int BOTH = 3;

    /** @throws IllegalArgumentException if {@code mask} is empty or has other bits [B-WAT-07] */
    public static int checkMask(int mask) {
        if (mask == 0 || (mask & ~BOTH) != 0) {
            throw new IllegalArgumentException("interest: " + mask + " (expected: READ=1, WRITE=2 or both=3)");
        }
        return mask;
    }
}
