package dev.jevent.loop.epoll;

import dev.jevent.spi.Availability;
import dev.jevent.spi.PackageOpener;

/** Opens packages through the library of the loop {@code epoll-jni}, whichever loop is used. */
public final class EpollPackageOpener implements PackageOpener {
    public EpollPackageOpener() {}

    @Override
    public String name() {
        return EpollLoopProvider.NAME;
    }

    @Override
    public Availability availability() {
        return Epoll.UNAVAILABLE == null ? Availability.yes() : Availability.no(Epoll.UNAVAILABLE);
    }

    @Override
    public boolean open(Module module, String packageName, Module to) {
        return Epoll.openPackage(module, packageName, to) == 0;
    }
}
