package dev.jevent.spi;

/**
 * The one seam through which a hub sees the world: its clock, its chance, and what other threads do meanwhile.
 * The poller comes with the loop, which is created with this, too. Production has one implementation,
 * {@link #system()}; a seeded, simulated world is another, so that the hub itself is the simulator.
 */
public interface Environment {
    /** Monotonic, in nanoseconds since some fixed moment; may begin anywhere and wrap, as {@link System#nanoTime}. */
    long nanoTime();

    /**
     * Whether this world chooses among equals. False in production, where ready tasks run first in first out and
     * {@link #choose} and {@link #interpose} are never called.
     */
    default boolean simulated() {
        return false;
    }

    /** Which of {@code count} equals goes first: 0 to {@code count - 1}. */
    default int choose(int count) {
        return 0;
    }

    /**
     * A point where another thread could act unseen: between the last look at a condition and going to sleep over it.
     *
     * @param where what is about to happen, for traces
     */
    default void interpose(String where) {}

    static Environment system() {
        return SystemEnvironment.INSTANCE;
    }
}
