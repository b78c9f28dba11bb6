package dev.jevent;

/**
 * What lives long and counts what it does: hubs, loops, resolvers, pools, queues, servers. Reports of the
 * {@linkplain dev.jevent.monitor.Monitor#report() monitor} show it by its {@code toString} and its figures.
 */
public interface Measured {
    /**
     * A snapshot: a record whose counters, {@code long}, only grow, and whose other numbers say how many there are now. No lock is held
     * while it is taken, so its numbers need not be of the same moment.
     */
    Record statistics();
}
