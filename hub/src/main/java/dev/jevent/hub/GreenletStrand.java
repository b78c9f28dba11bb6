package dev.jevent.hub;

import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.HubDestroyed;
import dev.jevent.spi.CarrierCallback;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A greenlet's stack: a virtual thread that the hub schedules. */
final class GreenletStrand extends HubStrand {
    private static final VarHandle THREAD;

    static {
        try {
            THREAD = MethodHandles.lookup().findVarHandle(GreenletStrand.class, "thread", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Greenlet<?> greenlet;
    private Thread thread; // made when it is started or asked for, by any thread

    // Neighbours in the hub's list of live greenlets.
    GreenletStrand previousLive;
    GreenletStrand nextLive;
    boolean live;

    GreenletStrand(LoopHub hub, Greenlet<?> greenlet) {
        super(hub);
        this.greenlet = greenlet;
    }

    /** For a virtual thread of this hub that the JDK made: it runs already. */
    private GreenletStrand(LoopHub hub, Thread thread) {
        super(hub);
        this.thread = thread;
        this.greenlet = new Adopted(this);
    }

    /** Stands for a virtual thread of the hub that jevent didn't make. */
    private static final class Adopted extends Greenlet<Void> {
        Adopted(GreenletStrand strand) {
            super(strand);
        }

        @Override
        public String toString() {
            String name = thread().getName();
            return "<virtual thread #" + thread().threadId() + (name.isEmpty() ? ">" : " \"" + name + "\">");
        }
    }

    static GreenletStrand adopt(LoopHub hub, Thread thread) {
        return new GreenletStrand(hub, thread);
    }

    @Override
    public Greenlet<?> greenlet() {
        return greenlet;
    }

    /**
     * Whether others than this hub may make it go on: it is parked or blocked in a call of the JDK, or just being woken by a
     * thread that hasn't posted it yet. Asked when the loop has nothing queued.
     */
    boolean isInJdkCall() {
        Thread made = thread;
        if (isWaiting() || made == null) {
            return false;
        }
        return switch (made.getState()) {
            case NEW, TERMINATED -> false;
            default -> true;
        };
    }

    /** Whether the hub's thread runs it now. Any thread. */
    boolean isCarried() {
        Thread made = thread;
        return made != null && CarrierBridge.isCarriedBy(made, hub.thread());
    }

    void record(Greenlet<?> spawner, Map<Object, Object> locals, List<StackTraceElement> stack) {
        spawnedBy(spawner, locals, stack);
    }

    @Override
    public Thread thread() {
        Thread made = (Thread) THREAD.getAcquire(this);
        return made != null ? made : makeThread();
    }

    private Thread makeThread() {
        Thread made = hub.newThread(this);
        made.setUncaughtExceptionHandler(this);
        Thread other = (Thread) THREAD.compareAndExchange(this, null, made);
        return other != null ? other : made;
    }

    @Override
    protected void start(Duration delay) {
        long nanos = delay == null ? 0 : Durations.nanos("delay", delay);
        if (hub.isCurrent()) {
            startHere(nanos);
        } else {
            hub.submit(() -> startHere(nanos)); // by a thread of the JDK's scheduler if the hub is closed meanwhile
        }
    }

    private void startHere(long nanos) {
        if (hub.isClosed()) {
            endUnstarted(new HubDestroyed(hub + " was closed"));
            return;
        }
        if (!greenlet.started()) {
            return; // killed on the way here
        }
        hub.live(this);
        Recording.started(this);
        if (nanos == 0) {
            thread().start();
        } else {
            alarm = hub.hubLoop().alarm(new DelayedStart(this));
            alarm.set(nanos, true);
        }
    }

    private static final class DelayedStart implements CarrierCallback {
        private final GreenletStrand strand;

        DelayedStart(GreenletStrand strand) {
            this.strand = strand;
        }

        @Override
        public void run() {
            strand.alarm = null;
            if (strand.greenlet.started()) {
                strand.thread().start();
            }
        }
    }

    @Override
    protected void discard() {
        if (alarm != null && !hub.isClosed()) {
            alarm.cancel();
            alarm = null;
        }
        Recording.ended(this);
        hub.ended(this, identIfAny());
    }

    @Override
    protected void ended() {
        Recording.ended(this);
        hub.ended(this, identIfAny());
    }

    @Override
    protected void block(long nanos) {
        if (nanos >= 0) {
            blockNanos(nanos);
            return;
        }
        Recording.GreenletWait recorded = Recording.waitBegins();
        boolean interrupted = false;
        while (!isDone()) {
            LockSupport.park();
            if (!isDone() && Thread.interrupted()) {
                interrupted |= interrupted();
            }
        }
        Recording.waitEnded(recorded, this, waitingOn());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    protected void resume() {
        LockSupport.unpark(thread);
    }

    @Override
    void goToTheEnd() {
        Thread.yield();
    }
}
