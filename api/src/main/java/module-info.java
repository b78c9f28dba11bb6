/** What programs use and strangers implement: hub, greenlet, loop, watchers, resolver. */
module dev.jevent {
    requires static jdk.jfr; // where it is missing, nobody can record

    exports dev.jevent;
    exports dev.jevent.contract;
    exports dev.jevent.monitor;
    exports dev.jevent.spi;

    uses dev.jevent.HubProvider;
    uses dev.jevent.monitor.Monitor;
    uses dev.jevent.spi.SocketWaits;
    uses dev.jevent.spi.SystemLookup;
}
