package dev.jevent.testkit;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.contract.Switches;
import dev.jevent.loop.Poller;
import dev.jevent.spi.Environment;
import dev.jevent.spi.LoopProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A simulated world for one hub, in which everything that could happen in another order does so as a seed says: which
 * ready task goes first, when other threads act, how late a poll returns and with what. The same seed gives the same run.
 *
 * <p>Time is virtual: it passes in polls, and in some seeds a little with each look at the clock. Other threads exist
 * only as {@link #foreign} steps; a real thread that acts by itself would make runs differ.
 *
 * <p>Used on the hub's thread, but for what a foreign step calls.
 */
public final class World implements Environment, AutoCloseable {
    /** Steps of one run after which it counts as endless. */
    private static final long MOST_STEPS = 2_000_000;

    /** So many more, after main was told: then it doesn't listen, and the hub is given up. */
    private static final long GRACE = 10_000;

    /** What {@link Environment#interpose} is told of waits: those that somebody ends, and those for the turn of others. */
    private static final Set<String> WAITS = Set.of("wait", "yield");

    /** Between runs: longer than any delay, so that no deadline of one run is left in the next. */
    private static final long HOURS = 3L * 3600 * 1_000_000_000L;

    /** Between some runs: twenty years, so that the clock overflows now and then. */
    private static final long YEARS = 20L * 365 * 24 * 3600 * 1_000_000_000L;

    /** Few, so that deadlines often fall together. */
    private static final Duration[] DELAYS = {
        Duration.ofNanos(1), Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(2),
        Duration.ofMillis(3), Duration.ofMillis(5), Duration.ofHours(1)
    };

    /** How ready tasks are chosen in one run: each kind finds other faults. */
    private enum Order { FIRST, MOSTLY_FIRST, ANY, MOSTLY_LAST }

    private final Chance chance = new Chance();
    private final Trace trace = new Trace();
    private final List<Actor> actors = new ArrayList<>();
    private final SimulatedDevices devices;
    private ForeignThread thread;
    private Hub hub;

    private Greenlet<?> marked; // whose waits are counted; null: nobody's
    private int waitsLeft;
    private Runnable atWait;

    private long seed;
    private long now;
    private long began;
    private int drift;
    private Order order = Order.FIRST;
    private boolean acting;
    private long steps;
    private long lastStep;
    private Throwable failure;

    /** With a loop that reports readiness as long as it lasts. @param seed decides everything */
    public World(long seed) {
        this(seed, false);
    }

    /** @param edgeTriggered whether the loop is told once when readiness begins */
    public World(long seed, boolean edgeTriggered) {
        devices = new SimulatedDevices(this, edgeTriggered);
        reset(seed, false);
    }

    /** For a test method: {@code jevent.seed}, else a seed of its own, so that it always runs the same. */
    static World forTest(String name) {
        World world = new World(Long.getLong("jevent.seed", Chance.mix(name.hashCode())));
        world.trace.reset(true);
        return world;
    }

    /**
     * Makes the loop forget the last run: what is left of its cancelled deadlines is dropped once its time has come.
     *
     * @param seed of the next run
     */
    void forget(long seed) {
        reset(seed, false);
        now += oneIn(16) ? YEARS : HOURS;
        drift = 0;
        hub.sleep(DELAYS[0]);
    }

    /** Begins a new run. */
    void reset(long seed, boolean record) {
        this.seed = seed;
        chance.seed(seed);
        trace.reset(record);
        devices.reset();
        order = Order.values()[next(Order.values().length)];
        drift = switch (next(8)) {
            case 0 -> 1 << 10;
            case 1 -> 1 << 20;
            default -> 0;
        };
        began = now;
        acting = false;
        marked = null;
        steps = 0;
        lastStep = MOST_STEPS;
        failure = null;
    }

    void bind(Hub hub) {
        this.hub = hub;
    }

    // ---- for scenarios ----

    public long seed() {
        return seed;
    }

    /** The hub that lives in this world. */
    public Hub hub() {
        return hub;
    }

    /** A random number from 0 to {@code bound - 1}. */
    public int next(int bound) {
        return chance.next(bound);
    }

    /** True once in {@code n} times. */
    public boolean oneIn(int n) {
        return chance.oneIn(n);
    }

    /** From now on ready tasks run first in, first out, for what is promised in that order only. */
    public void firstInFirstOut() {
        order = Order.FIRST;
    }

    /** From now on no time passes while anything runs, for what is exact only then. */
    public void withoutDrift() {
        drift = 0;
    }

    /** One of a few durations, from a nanosecond to an hour. */
    public Duration delay() {
        return DELAYS[next(DELAYS.length)];
    }

    /** Nothing, a yield, or a short sleep. */
    @Switches
    public void pause() {
        switch (next(4)) {
            case 0 -> { }
            case 1 -> hub.sleep(DELAYS[next(DELAYS.length - 1)]);
            default -> hub.yieldNow();
        }
    }

    /** How much time has passed in this run. */
    public Duration elapsed() {
        return Duration.ofNanos(now - began);
    }

    /** Writes to the trace what the scenario does; what differs here makes runs differ. */
    public void note(String what, long detail) {
        trace.add(what, detail);
    }

    /**
     * Another thread, which the hub doesn't know, and what it does: one step after another, each at some point where
     * another thread could act unseen. Steps run on a real thread, while the hub's stands still; they must not wait.
     * Until the last step is over, a hold keeps main waiting.
     *
     * <p>What a step throws fails the run.
     */
    public void foreign(Runnable... steps) {
        if (steps.length > 0) {
            if (thread == null) {
                thread = new ForeignThread("foreign to " + hub);
            }
            actors.add(new Actor(steps, hub.hold()));
        }
    }

    /** A descriptor that only exists here: it can be watched, made ready and closed; its number is soon used again. */
    public SimulatedDescriptor descriptor() {
        return devices.open();
    }

    /** Sockets and pipes that only exist here. */
    public SimulatedNetwork network() {
        return devices.network();
    }

    /**
     * Calls {@code then} when {@code who} begins its wait of that number, counted from 1 and from now: before anything can end it. A
     * yield is one.
     */
    public void atWait(Greenlet<?> who, int number, Runnable then) {
        marked = who;
        waitsLeft = number;
        atWait = then;
    }

    /** Lets other threads do what they have left, and then runs what is ready until nothing is; no time passes. */
    @Switches
    public void settle() {
        while (!actors.isEmpty()) {
            act();
        }
        VirtualClock.settle(hub);
    }

    /** The same for each run with this seed, as long as the code is the same. */
    public long hash() {
        return trace.hash();
    }

    /** The last steps of this run, one a line. */
    public String trace() {
        return trace.text();
    }

    /** The loop of a hub that lives here. */
    public LoopProvider loops() {
        return loops(UnaryOperator.identity());
    }

    /** @param between put between the loop and what it polls with */
    LoopProvider loops(UnaryOperator<Poller> between) {
        return new WorldLoopProvider(this, between.apply(devices));
    }

    // ---- for the hub ----

    @Override
    public long nanoTime() {
        if (drift > 0 && !acting) {
            now += next(drift);
        }
        return now; // nobody interrupts here: it is looked at inside of guards, too
    }

    @Override
    public boolean simulated() {
        return true;
    }

    @Override
    public int choose(int count) {
        if (count <= 1) {
            return 0;
        }
        int chosen = switch (order) {
            case FIRST -> 0;
            case MOSTLY_FIRST -> oneIn(8) ? next(count) : 0;
            case ANY -> next(count);
            case MOSTLY_LAST -> oneIn(4) ? next(count) : count - 1;
        };
        step("choose of", count * 1000L + chosen);
        interrupt(8);
        return chosen;
    }

    @Override
    public void interpose(String where) {
        step(where, 0);
        if (marked != null && WAITS.contains(where) && Greenlet.current() == marked && --waitsLeft == 0) {
            marked = null;
            atWait.run();
        }
        interrupt(3);
    }

    /** Other threads may act here, unseen. */
    private void interrupt(int oneIn) {
        if (!acting && !actors.isEmpty() && oneIn(oneIn)) {
            act();
        }
    }

    private void step(String what, long detail) {
        trace.add(what, detail);
        if (++steps >= lastStep) {
            beyondTheEnd();
        }
    }

    private void beyondTheEnd() {
        if (failure != null) {
            throw new AssertionError("main of " + hub + " doesn't end though it was told: " + failure, failure);
        }
        fail(new AssertionError("endless: " + MOST_STEPS + " steps, " + elapsed() + " of virtual time"));
    }

    // ---- for the poller ----

    boolean hasActors() {
        return !actors.isEmpty();
    }

    /** One step of one of the foreign threads. */
    void act() {
        int index = next(actors.size());
        Actor actor = actors.get(index);
        trace.add("foreign", index * 1000L + actor.done);
        acting = true;
        try {
            Throwable thrown = thread.run(actor);
            if (thrown != null) {
                fail(thrown);
            }
        } finally {
            acting = false;
        }
        if (actor.isOver()) {
            actors.remove(index);
        }
    }

    /** Lets time pass to the next deadline, or a little beyond it. */
    void pass(long nanos) {
        long late = switch (next(6)) {
            case 0 -> 1;
            case 1 -> 1_000_000;
            default -> 0;
        };
        trace.add("pass", nanos + late);
        now += nanos + late;
    }

    /** Choices, polls and other points of this run so far. */
    long steps() {
        return steps;
    }

    void polled(int ready) {
        step("polled", ready);
    }

    /** Nobody is left who could end an unlimited poll. */
    void stuck() {
        step("stuck", 0);
        fail(new AssertionError("lost wake-up: the hub polls without limit, and nobody is left to wake it. "
                + Dump.greenlets(hub)));
    }

    private static final class Actor implements Runnable {
        private final Runnable[] steps;
        private final Hub.Hold hold;
        private int done;

        Actor(Runnable[] steps, Hub.Hold hold) {
            this.steps = steps.clone();
            this.hold = hold;
        }

        boolean isOver() {
            return done == steps.length;
        }

        @Override
        public void run() {
            try {
                steps[done++].run();
            } finally {
                if (isOver()) {
                    hold.close();
                }
            }
        }
    }

    // ---- its end ----

    /** The run is wrong: main is told at its next wait, and the runner at the end. */
    void fail(Throwable error) {
        if (failure == null) {
            failure = error;
            lastStep = steps + GRACE;
            hub.main().killLater(error);
        } else if (failure != error) {
            failure.addSuppressed(error);
        }
    }

    /** What foreign steps have left to do is done, and what they made ready has run. @throws Throwable why this run failed */
    void finish() throws Throwable {
        settle();
        if (failure != null) {
            throw failure;
        }
    }

    /** Takes back what a failed run left. */
    void abandon() {
        for (Actor actor : actors) {
            actor.hold.close();
        }
        actors.clear();
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.close();
            thread = null;
        }
    }

    @Override
    public String toString() {
        return "world of seed " + seed;
    }
}
