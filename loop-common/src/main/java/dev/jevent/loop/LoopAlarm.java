package dev.jevent.loop;

import dev.jevent.spi.Alarm;
import dev.jevent.spi.CarrierCallback;

/** An {@link Alarm} of the hub; {@code ref} is whether it counts among what keeps the loop going. */
final class LoopAlarm extends Deadline implements Alarm {
    private final PollingLoop loop;
    private final CarrierCallback expired;
    private boolean ref;

    LoopAlarm(PollingLoop loop, TimerHeap timers, CarrierCallback expired) {
        super(timers);
        this.loop = loop;
        this.expired = expired;
    }

    @Override
    public void set(long nanos, boolean ref) {
        loop.timers().set(this, loop.nanoTime(), nanos);
        ref(ref);
    }

    @Override
    public void cancel() {
        loop.timers().cancel(this);
        ref(false);
    }

    private void ref(boolean now) {
        if (ref != now) {
            ref = now;
            loop.addRefs(now ? 1 : -1);
        }
    }

    @Override
    public boolean isSet() {
        return set;
    }

    @Override
    public long remaining() {
        return set ? at - loop.nanoTime() : Long.MAX_VALUE;
    }

    @Override
    int priority() {
        return 0;
    }

    @Override
    void expire() {
        ref(false);
        try {
            expired.run();
        } catch (Throwable t) {
            loop.report(expired, t);
        }
    }

    @Override
    public String toString() {
        return "alarm for " + expired;
    }
}
