package dev.jevent.loop;

import dev.jevent.Interest;
import dev.jevent.Pollable;
import dev.jevent.Watcher;
import dev.jevent.spi.CarrierCallback;

/** {@link Watcher.Io}, one of those that share a {@link Registration}. */
final class IoWatcher extends LoopWatcher implements Watcher.Io {
    private final Registrations registrations;
    private final Registration registration;
    private int interest;
    private boolean checksClosed;
    int checked = -1; // its place among those that are looked at before each poll; -1: none
    private int arrived; // what came since the callback last ran
    private int ready; // while the callback runs
    private CarrierCallback onFailure;

    IoWatcher(PollingLoop loop, Registrations registrations, Registration registration, int interest) {
        super(loop);
        this.registrations = registrations;
        this.registration = registration;
        this.interest = interest;
    }

    @Override
    void arm() {
        arrived = 0;
        registrations.start(this);
    }

    @Override
    void disarm() {
        arrived = 0;
        registrations.stop(this);
    }

    @Override
    void free() {
        registrations.release(registration);
    }

    Registration registration() {
        return registration;
    }

    /** {@code mask} is ready, in part of interest to this one. */
    void arrived(int mask) {
        int mine = mask & interest;
        if (mine != 0) {
            arrived |= mine;
            makePending();
        }
    }

    @Override
    void fire() {
        ready = arrived;
        arrived = 0;
        try {
            super.fire();
        } finally {
            ready = 0;
            if (active()) {
                registrations.lookAgain(this);
            }
        }
    }

    @Override
    void dispatched() {
        if (pending()) {
            registrations.handedOver(this);
        }
    }

    private static final class StopOnFailure implements CarrierCallback {
        private final IoWatcher watcher;

        StopOnFailure(IoWatcher watcher) {
            this.watcher = watcher;
        }

        @Override
        public void run() {
            watcher.deactivate();
        }
    }

    @Override
    CarrierCallback onFailure() {
        if (onFailure == null) {
            onFailure = new StopOnFailure(this);
        }
        return onFailure;
    }

    /** It would fail again at once, for ever. [F-WAT-03] */
    @Override
    void failed() {
        deactivate();
    }

    @Override
    public Pollable pollable() {
        return registration.pollable;
    }

    @Override
    public int interest() {
        return interest;
    }

    @Override
    public void interest(int mask) {
        loop.confine();
        checkOpen();
        checkIdle("interest");
        interest = Interest.checkMask(mask);
    }

    @Override
    public void checksClosed(boolean checks) {
        loop.confine();
        checkOpen();
        checkIdle("checksClosed");
        checksClosed = checks && pollable() instanceof Pollable.OfChannel;
    }

    boolean checksClosed() {
        return checksClosed;
    }

    @Override
    public int ready() {
        return ready;
    }

    @Override
    public void drained() {
        loop.confine();
        registration.ready &= ~interest;
    }

    @Override
    String subject() {
        String direction = interest == Interest.BOTH ? "read/write" : interest == Interest.READ.mask() ? "read" : "write";
        return "io " + direction + " of " + registration;
    }
}
