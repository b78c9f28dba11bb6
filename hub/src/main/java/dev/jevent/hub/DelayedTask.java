package dev.jevent.hub;

import dev.jevent.spi.Alarm;
import dev.jevent.spi.CarrierCallback;
import dev.jevent.spi.HubLoop;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The end of a timed wait inside the JDK, as an alarm of the hub's loop. Made, run and cancelled on the hub's thread. */
final class DelayedTask implements ScheduledFuture<Void>, CarrierCallback {
    private final HubLoop loop;
    private final Runnable command;
    private final Alarm alarm;
    private boolean ran;
    private boolean cancelled;

    DelayedTask(HubLoop loop, Runnable command, long nanos) {
        this.loop = loop;
        this.command = command;
        alarm = loop.alarm(this);
        alarm.set(nanos, true);
    }

    @Override
    public void run() {
        ran = true;
        command.run(); // the JDK's own: makes the thread ready
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (ran || cancelled) {
            return false;
        }
        cancelled = true;
        if (!loop.isClosed()) {
            alarm.cancel();
        }
        return true;
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public boolean isDone() {
        return ran || cancelled;
    }

    @Override
    public long getDelay(TimeUnit unit) {
        return unit.convert(alarm.remaining(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
        return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }

    /** @throws UnsupportedOperationException always: the JDK only cancels */
    @Override
    public Void get() {
        throw new UnsupportedOperationException("nobody waits for the end of a timed wait");
    }

    /** @throws UnsupportedOperationException always: the JDK only cancels */
    @Override
    public Void get(long timeout, TimeUnit unit) {
        return get();
    }
}
