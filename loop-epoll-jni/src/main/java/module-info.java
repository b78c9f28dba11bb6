/** A loop on Linux's epoll, edge-triggered, through JNI. */
module dev.jevent.loop.epoll {
    requires dev.jevent.jni;
    requires dev.jevent.loop;

    provides dev.jevent.spi.LoopProvider with dev.jevent.loop.epoll.EpollLoopProvider;
    provides dev.jevent.spi.PackageOpener with dev.jevent.loop.epoll.EpollPackageOpener;
}
