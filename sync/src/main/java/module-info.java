/** What greenlets wait on together: events, locks, queues, pools, timeouts. */
module dev.jevent.sync {
    requires transitive dev.jevent;

    exports dev.jevent.sync;
}
