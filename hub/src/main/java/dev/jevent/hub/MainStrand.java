package dev.jevent.hub;

import dev.jevent.BlockingSwitchOutException;
import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.GreenletInterrupted;
import dev.jevent.HubDestroyed;
import dev.jevent.Loop;
import dev.jevent.LoopExit;
import dev.jevent.Waiter;
import dev.jevent.spi.Alarm;
import dev.jevent.spi.HubLoop;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** The stack of the platform thread that owns the hub. While it waits it runs the loop itself. */
final class MainStrand extends HubStrand {
    private final Thread thread;
    private final Greenlet<?> greenlet;
    private final Runnable resumption = new Resumption();
    private final Runnable yieldTurn = new YieldTurn();
    private final HeldMonitors monitors = new HeldMonitors();
    private boolean resumed;
    private boolean yielded;

    MainStrand(LoopHub hub, Thread thread) {
        super(hub);
        this.thread = thread;
        greenlet = new Main(this);
    }

    /** Stands for main's own code; it ends with the thread. */
    private static final class Main extends Greenlet<Void> {
        Main(MainStrand strand) {
            super(strand);
        }

        @Override
        public String toString() {
            return "<main of " + hub() + ">";
        }
    }

    // Classes instead of lambdas, which would cost every program milliseconds at its start.

    /**
     * Main's turn after a wait, as a task of the loop: those before it have run, those behind it stay queued until main waits
     * again. One that is left of an earlier wait, of which main knew without it, means nothing.
     */
    private final class Resumption implements Runnable {
        @Override
        public void run() {
            if (isDone()) {
                resumed = true;
                hub.hubLoop().endTurn();
            }
        }
    }

    /** Main's turn after a yield: a task of its own, since one that is left of an earlier wait must not end the yield. */
    private final class YieldTurn implements Runnable {
        @Override
        public void run() {
            yielded = true;
            hub.hubLoop().endTurn();
        }
    }

    @Override
    public Greenlet<?> greenlet() {
        return greenlet;
    }

    @Override
    public Thread thread() {
        return thread;
    }

    @Override
    Waiter waiter() {
        if (hub.hubLoop().isTurning()) {
            throw new BlockingSwitchOutException("a callback of " + hub.loop() + " called something that waits,"
                    + " on the hub's bare thread; spawn a greenlet in the callback instead");
        }
        return this;
    }

    @Override
    protected void block(long nanos) {
        if (nanos >= 0) {
            blockNanos(nanos);
            return;
        }
        waiter();
        monitors.setApart();
        HubLoop loop = hub.hubLoop();
        boolean interrupted = false;
        resumed = false;
        while (!resumed) {
            if (!isDone() && Thread.interrupted()) {
                interrupted |= interrupted();
                if (isDone()) {
                    break;
                }
            }
            if (!loop.turn(false) && (isDone() || !awaitOutside() && failedForEver())) {
                break; // nobody is before us
            }
        }
        if (interrupted) {
            thread.interrupt();
        }
    }

    /** Nothing can happen any more: fails the wait, unless it was woken at the last moment. Returns whether it is over. */
    private boolean failedForEver() {
        if (!isDone()) {
            LoopExit exit = hub.loopExit(this);
            if (tryClaim()) {
                failHere(exit);
            }
        }
        return isDone();
    }

    /**
     * When the loop has nothing left to do: waits until somebody outside brings something. Returns false if nobody is there
     * who could, and nobody was: who brought the last thing and went must be seen, so the loop is looked at once more.
     */
    private boolean awaitOutside() {
        HubLoop loop = hub.hubLoop();
        if (hub.canBeWokenByStrangers()) {
            return loop.turn(true);
        }
        return HubRegistry.hasOthers(hub) ? loop.turnForOthers(() -> HubRegistry.anyOtherMayPost(hub)) : loop.turn(false);
    }

    @Override
    protected void resume() {
        hub.submit(resumption);
    }

    @Override
    void goToTheEnd() {
        runQueued();
    }

    /** Runs what is queued now. */
    private void runQueued() {
        yielded = false;
        monitors.setApart();
        hub.hubLoop().execute(yieldTurn);
        while (!yielded) {
            hub.hubLoop().turn(false);
        }
    }

    @Override
    protected void start(Duration delay) {
        throw new IllegalStateException("main of " + hub + " runs already");
    }

    @Override
    protected void ended() {
        // not a greenlet that was spawned
    }

    @Override
    protected void discard() {
        throw new IllegalStateException("main of " + hub + " runs already");
    }

    /** Runs the loop until it has nothing left to do. Returns false if {@code nanos} (not negative: a limit) were over before. */
    boolean joinLoop(long nanos) {
        monitors.setApart();
        HubLoop loop = hub.hubLoop();
        boolean[] over = new boolean[1];
        Alarm limit = limit(over);
        if (nanos >= 0) {
            limit.set(nanos, false);
        }
        try {
            while (!over[0]) {
                throwUndelivered();
                if (Thread.interrupted()) {
                    throw new GreenletInterrupted();
                }
                if (!loop.turn(false)) {
                    boolean outside = hub.canBeWokenByStrangers(); // what other hubs may bring is not this one's to do yet
                    if (!(over[0] && outside) && !loop.turn(outside)) {
                        return true;
                    }
                }
            }
            // The last turn ran the limit itself, if nothing else.
            Loop.Statistics left = loop.statistics();
            return left.refs() == 0 && left.ready() == 0 && !hub.canBeWokenByStrangers();
        } finally {
            limit.cancel();
        }
    }

    private Alarm limit(boolean[] over) {
        return hub.hubLoop().alarm(() -> {
            over[0] = true;
            hub.hubLoop().endTurn();
        });
    }

    /** Kills all that are left, also those that are spawned meanwhile, and runs them. */
    void killAll(Duration timeout) {
        monitors.setApart();
        HubLoop loop = hub.hubLoop();
        Set<HubStrand> killed = Collections.newSetFromMap(new IdentityHashMap<>());
        boolean interrupted = false; // while it is set no poll waits
        boolean[] over = new boolean[1];
        Alarm limit = limit(over);
        limit.set(Durations.nanos("timeout", timeout), false);
        try {
            boolean stuck = false;
            do {
                while (hub.anyLeft() && !over[0] && !stuck) {
                    for (GreenletStrand strand : hub.left()) {
                        if (killed.add(strand)) {
                            strand.deliver(new HubDestroyed(hub + " is being closed"), 0);
                        }
                    }
                    interrupted |= Thread.interrupted();
                    stuck = !loop.turn(false) && !over[0] && hub.anyLeft() && !awaitOutside();
                }
                runQueued(); // what was reported meanwhile; and what other threads have posted, which may spawn
            } while (hub.anyLeft() && !over[0] && !stuck);
        } finally {
            limit.cancel();
            if (interrupted) {
                thread.interrupt();
            }
        }
    }
}
