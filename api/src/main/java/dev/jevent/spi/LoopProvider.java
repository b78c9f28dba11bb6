package dev.jevent.spi;

import dev.jevent.Settings;

/**
 * One kind of loop, found by {@link java.util.ServiceLoader}. Of those on the class path that are available, the one
 * with the highest rank is taken, unless {@link Settings#LOOP} names others.
 */
public interface LoopProvider {
    /** Lower case, as users write it in settings. */
    String name();

    /** Quick, and never throws: what is missing becomes the reason. */
    Availability availability();

    /** 0: pure Java, runs anywhere; 100: native. */
    int rank();

    /** Makes a loop for the calling thread. */
    HubLoop create(Environment environment, Settings settings);
}
