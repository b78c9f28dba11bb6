package dev.jevent.spi;

/**
 * One deadline of a loop, set again and again without allocation; what it runs is a {@link CarrierCallback}. Used on
 * the loop's thread.
 */
public interface Alarm {
    /**
     * Sets it, whether set or not.
     *
     * @param nanos from now; 0 and less: in the next iteration; beyond 250 years: never
     * @param ref whether it keeps the loop going
     */
    void set(long nanos, boolean ref);

    /** Nothing if it isn't set. */
    void cancel();

    boolean isSet();

    /** Nanoseconds until it goes off; negative if that is late; {@link Long#MAX_VALUE} if it isn't set. */
    long remaining();
}
