package dev.jevent.io;

import dev.jevent.Guard;
import dev.jevent.Hub;
import dev.jevent.Strand;
import dev.jevent.Waiter;

/** What the two kinds of threaded streams have in common: waits for a native thread that no hub knows of. */
abstract class Turns extends Guard {
    /** While main waits for a native thread, it is not the end. Null without a hub. */
    static Hub.Hold hold() {
        Hub hub = Hub.ifExists();
        return hub == null || hub.isClosed() ? null : hub.hold();
    }

    static void release(Hub.Hold hold) {
        if (hold != null) {
            hold.close();
        }
    }

    /** Who calls, as errors name it. */
    static Object caller() {
        return Waiter.current() instanceof Strand strand ? strand.greenlet() : Thread.currentThread();
    }

    /** What is left of {@code nanos}, of which {@code since} was the beginning; negative: no limit. */
    static long left(long nanos, long since) {
        return nanos < 0 ? -1 : Math.max(0, nanos - (Waiter.current().nanoTime() - since));
    }

    static long start(long nanos) {
        return nanos < 0 ? 0 : Waiter.current().nanoTime();
    }

    /** Throws {@code error} as it is. Never returns; the type lets the caller write {@code throw sneaky(e)}. */
    @SuppressWarnings("unchecked")
    static <T extends Throwable> RuntimeException sneaky(Throwable error) throws T {
        throw (T) error;
    }
}
