package dev.jevent.loop.kqueue;

import dev.jevent.spi.Availability;
import dev.jevent.spi.PackageOpener;

/** Opens packages through the library of the loop {@code kqueue-jni}, whichever loop is used. */
public final class KqueuePackageOpener implements PackageOpener {
    public KqueuePackageOpener() {}

    @Override
    public String name() {
        return KqueueLoopProvider.NAME;
    }

    @Override
    public Availability availability() {
        return Kqueue.UNAVAILABLE == null ? Availability.yes() : Availability.no(Kqueue.UNAVAILABLE);
    }

    @Override
    public boolean open(Module module, String packageName, Module to) {
        return Kqueue.openPackage(module, packageName, to) == 0;
    }
}
