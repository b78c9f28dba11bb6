package dev.jevent.hub;

import dev.jevent.BlockingSwitchOutException;
import dev.jevent.Greenlet;
import dev.jevent.LoopExit;
import dev.jevent.HubDestroyed;
import dev.jevent.Waiter;
import dev.jevent.spi.Alarm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** The stack of the platform thread that owns the hub. While it waits it runs the loop itself. */
final class MainStrand extends HubStrand {
    private final Thread thread;
    private final Greenlet<?> greenlet;
    private final Runnable resumption = new Resumption();
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

    /** Main's turn, as a task of the loop: those behind it stay queued until main waits again. */
    private final class Resumption implements Runnable {
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
        boolean interrupted = false;
        while (!isDone()) {
            if (!hub.hubLoop().turn(false) && !isDone()) {
                if (hub.canBeWoken()) {
                    hub.hubLoop().turn(true);
                } else {
                    LoopExit exit = hub.loopExit(this);
                    if (tryClaim()) {
                        failHere(exit);
                    }
                }
            }
            if (!isDone() && Thread.interrupted()) {
                interrupted |= interrupted();
            }
        }
        if (interrupted) {
            thread.interrupt();
        }
    }

    @Override
    protected void resume() {
        hub.submit(resumption);
    }

    @Override
    void yieldNow() {
        waiter();
        throwUndelivered();
        yielded = false;
        hub.hubLoop().execute(resumption);
        while (!yielded) {
            hub.hubLoop().turn(false);
        }
        throwUndelivered();
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
        boolean[] over = new boolean[1];
        Alarm limit = hub.hubLoop().alarm(() -> {
            over[0] = true;
            hub.hubLoop().endTurn();
        });
        if (nanos >= 0) {
            limit.set(nanos, false);
        }
        try {
            while (!over[0]) {
                throwUndelivered();
                if (!hub.hubLoop().turn(false)) {
                    if (hub.holds() == 0) {
                        return true;
                    }
                    hub.hubLoop().turn(true);
                }
            }
            return false;
        } finally {
            limit.cancel();
        }
    }

    /** Kills all of {@code live}, also those that are spawned meanwhile, and runs them. Returns those that didn't end. */
    List<Greenlet<?>> killAll(LiveGreenlets live, Duration timeout) {
        Set<HubStrand> killed = Collections.newSetFromMap(new IdentityHashMap<>());
        boolean[] over = new boolean[1];
        Alarm limit = hub.hubLoop().alarm(() -> {
            over[0] = true;
            hub.hubLoop().endTurn();
        });
        limit.set(dev.jevent.Durations.nanos("timeout", timeout), false);
        while (live.size() > 0 && !over[0]) {
            List<GreenletStrand> now = new ArrayList<>();
            for (GreenletStrand strand = live.first(); strand != null; strand = strand.nextLive) {
                now.add(strand);
            }
            for (GreenletStrand strand : now) {
                if (killed.add(strand)) {
                    strand.deliver(new HubDestroyed(hub + " is being closed"));
                }
            }
            if (!hub.hubLoop().turn(false) && live.size() > 0) {
                if (!hub.canBeWoken()) {
                    break;
                }
                hub.hubLoop().turn(true);
            }
        }
        limit.cancel();
        return live.size() == 0 ? List.of() : hub.greenlets();
    }
}
