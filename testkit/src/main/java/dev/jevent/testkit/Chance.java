package dev.jevent.testkit;

/** Random numbers from a seed, without allocation; one step of SplitMix64 each. */
final class Chance {
    private long state;

    void seed(long seed) {
        state = seed;
    }

    long next() {
        return mix(state += 0x9E3779B97F4A7C15L);
    }

    /** 0 to {@code bound - 1}. */
    int next(int bound) {
        return (int) ((next() >>> 33) * bound >>> 31);
    }

    /** True once in {@code n} times. */
    boolean oneIn(int n) {
        return next(n) == 0;
    }

    /** Spreads neighbouring numbers over all longs. */
    static long mix(long z) {
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
