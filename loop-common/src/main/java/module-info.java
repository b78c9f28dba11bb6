/** What every loop shares: iteration, timers, callbacks and watchers, over a narrow poller. */
module dev.jevent.loop {
    requires transitive dev.jevent;
    requires static jdk.jfr;
    requires jdk.unsupported; // signals

    exports dev.jevent.loop;
}
