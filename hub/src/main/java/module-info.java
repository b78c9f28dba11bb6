/** The scheduler of greenlets, and the choice of loop and resolver. Programs need it at run time only. */
@SuppressWarnings("module") // dev.jevent.guice is built later
module dev.jevent.hub {
    requires transitive dev.jevent;
    requires java.management; // what a thread that stalls is at
    requires static jdk.jfr;
    requires static jdk.unsupported; // reports by signal

    exports dev.jevent.hub to dev.jevent.guice;

    uses dev.jevent.spi.LoopProvider;
    uses dev.jevent.spi.PackageOpener;
    uses dev.jevent.spi.ResolverProvider;

    provides dev.jevent.HubProvider with dev.jevent.hub.ServiceHubProvider;
    provides dev.jevent.monitor.Monitor with dev.jevent.hub.HubMonitor;
    provides dev.jevent.spi.HubFactory with dev.jevent.hub.ServiceHubProvider.Factory;
    provides dev.jevent.spi.SocketWaits with dev.jevent.hub.HubSocketWaits;
    provides dev.jevent.spi.SystemLookup with dev.jevent.hub.HubAddressResolverProvider.Lookup;
    provides java.net.spi.InetAddressResolverProvider with dev.jevent.hub.HubAddressResolverProvider;
}
