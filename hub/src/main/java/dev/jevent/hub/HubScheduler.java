package dev.jevent.hub;

import dev.jevent.spi.HubLoop;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The scheduler of a hub's virtual threads: "mount" becomes a task of the hub's loop, and a timed wait in the JDK one of
 * its alarms. A {@link ForkJoinPool} only because that is the type to which JDK 25 hands timed waits; it never has a
 * worker.
 *
 * <p>What the JDK expects: {@link #execute} never blocks, takes no shared lock, and never refuses while threads live.
 */
final class HubScheduler extends ForkJoinPool {
    private final LoopHub hub;
    private final HubLoop loop;

    /** While the hub runs its own greenlet at once: what would be queued is kept here instead. */
    private boolean capturing;

    private Runnable captured;

    private DelayedTask pending;

    HubScheduler(LoopHub hub, HubLoop loop) {
        super(1);
        this.hub = hub;
        this.loop = loop;
    }

    @Override
    public void execute(Runnable continuation) {
        if (hub.isCurrent()) {
            if (capturing) {
                capturing = false;
                captured = continuation;
            } else {
                loop.execute(continuation);
            }
        } else {
            loop.post(continuation); // a closed loop hands it to orphaned()
            HubSocketWaits.wokenFromOutside();
        }
    }

    /** Runs on the carrier at once what {@code unpark} makes ready. */
    void runNow(Thread thread) {
        capturing = true;
        try {
            if (thread.getState() == Thread.State.NEW) {
                thread.start();
            } else {
                java.util.concurrent.locks.LockSupport.unpark(thread);
            }
        } finally {
            capturing = false;
        }
        Runnable continuation = captured;
        captured = null;
        if (continuation != null) {
            continuation.run();
        }
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        if (hub.isCurrent() && !hub.isClosed()) {
            return new DelayedTask(this, command, unit.toNanos(delay));
        }
        return CarrierBridge.defaultScheduler().schedule(command, delay, unit); // of a greenlet that outlived its hub
    }

    // ---- timed waits under way ----

    HubLoop loop() {
        return loop;
    }

    void add(DelayedTask task) {
        task.next = pending;
        if (pending != null) {
            pending.previous = task;
        }
        pending = task;
    }

    void remove(DelayedTask task) {
        if (task.previous == null) {
            pending = task.next;
        } else {
            task.previous.next = task.next;
        }
        if (task.next != null) {
            task.next.previous = task.previous;
        }
        task.previous = null;
        task.next = null;
    }

    /** The timed waits that are under way go on where their threads do. Before the loop is closed. */
    void handOver() {
        for (DelayedTask task = pending; task != null; task = pending) {
            remove(task);
            task.moveTo(CarrierBridge.defaultScheduler());
        }
    }

    @Override
    public String toString() {
        return "scheduler of " + hub;
    }
}
