package dev.jevent.hub;

import dev.jevent.spi.Alarm;
import dev.jevent.spi.CarrierCallback;
import java.util.concurrent.Delayed;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The end of a timed wait inside the JDK, as an alarm of the hub's loop; made, run and cancelled on the hub's thread. When
 * the hub is closed before, it moves to the JDK's scheduler, together with the thread that waits.
 */
final class DelayedTask implements ScheduledFuture<Void>, CarrierCallback {
    private final HubScheduler scheduler;
    private final Runnable command;
    private final Alarm alarm;
    private boolean ran;
    private boolean cancelled;
    private volatile ScheduledFuture<?> moved;

    // Neighbours in the scheduler's list of those under way.
    DelayedTask previous;
    DelayedTask next;

    DelayedTask(HubScheduler scheduler, Runnable command, long nanos) {
        this.scheduler = scheduler;
        this.command = command;
        alarm = scheduler.loop().alarm(this);
        alarm.set(nanos, true);
        scheduler.add(this);
    }

    @Override
    public void run() {
        ran = true;
        scheduler.remove(this);
        command.run(); // the JDK's own: makes the thread ready
    }

    /** Nobody runs or cancels it meanwhile. */
    void moveTo(ForkJoinPool other) {
        moved = other.schedule(command, Math.max(0, alarm.remaining()), TimeUnit.NANOSECONDS);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (moved != null) {
            return moved.cancel(false);
        }
        if (ran || cancelled) {
            return false;
        }
        cancelled = true;
        scheduler.remove(this);
        alarm.cancel();
        return true;
    }

    @Override
    public boolean isCancelled() {
        return moved != null ? moved.isCancelled() : cancelled;
    }

    @Override
    public boolean isDone() {
        return moved != null ? moved.isDone() : ran || cancelled;
    }

    @Override
    public long getDelay(TimeUnit unit) {
        return moved != null ? moved.getDelay(unit) : unit.convert(alarm.remaining(), TimeUnit.NANOSECONDS);
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
