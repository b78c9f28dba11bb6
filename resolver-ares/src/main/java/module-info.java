/** A resolver that asks name servers itself: c-ares, linked in, on the hub's loop. */
module dev.jevent.resolver.ares {
    requires dev.jevent;
    requires dev.jevent.jni;

    provides dev.jevent.spi.ResolverProvider with dev.jevent.resolver.ares.AresResolverProvider;
}
