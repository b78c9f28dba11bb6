package dev.jevent.testkit;

/** A channel of a {@link SimulatedNetwork}. */
interface SimulatedChannel {
    SimulatedDescriptor descriptor();
}
