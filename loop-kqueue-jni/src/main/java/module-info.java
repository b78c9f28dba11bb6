/** A loop on kqueue, edge-triggered, through JNI. */
module dev.jevent.loop.kqueue {
    requires dev.jevent.jni;
    requires dev.jevent.loop;

    provides dev.jevent.spi.LoopProvider with dev.jevent.loop.kqueue.KqueueLoopProvider;
    provides dev.jevent.spi.PackageOpener with dev.jevent.loop.kqueue.KqueuePackageOpener;
}
