/** A resolver that asks the JDK's, on native threads. */
module dev.jevent.resolver.threadpool {
    requires dev.jevent;

    provides dev.jevent.spi.ResolverProvider with dev.jevent.resolver.threadpool.ThreadPoolResolverProvider;
}
