package dev.jevent.hub.program;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Linkable;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** As a user would write it, outside of jevent's own packages: greenlets that wait at three places. */
public final class Crowd {
    private Crowd() {}

    /** What its guests wait for; never opens. */
    public static final class Door extends Linkable<Door> {
        @Override
        protected boolean isReady() {
            return false;
        }

        @Override
        public String toString() {
            return "the door";
        }
    }

    public static void poll(Hub hub) {
        hub.sleep(Duration.ofHours(1000));
    }

    public static void pause(Hub hub) {
        hub.sleep(Duration.ofHours(1000));
    }

    /** Waits behind {@code calls} calls, which are one place as far as it is shown. */
    public static void queue(Door door, int calls) {
        if (calls > 0) {
            queue(door, calls - 1);
        } else {
            Hub.current().waitAny(java.util.List.of(door));
        }
    }

    public static void park() {
        LockSupport.park();
    }

    public static Greenlet<Void> poller(Hub hub) {
        return hub.spawn(() -> poll(hub));
    }

    public static Greenlet<Void> pauser(Hub hub) {
        return hub.spawn(() -> pause(hub));
    }
}
