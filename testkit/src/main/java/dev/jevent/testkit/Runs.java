package dev.jevent.testkit;

import dev.jevent.Hub;
import dev.jevent.Settings;
import dev.jevent.loop.Poller;
import dev.jevent.spi.LoopProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

/** One hub in one world, on a thread of its own, for as many runs of a scenario as go well. */
final class Runs implements AutoCloseable {
    /** Real time for what is done in one go; more means that a run hangs. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** What runs need beside their seeds. */
    record Plan(
            Schedules.Scenario scenario,
            Settings settings,
            UnaryOperator<LoopProvider> loops,
            UnaryOperator<Poller> pollers,
            boolean edgeTriggered,
            List<Class<? extends Throwable>> tolerated) {}

    private final Plan plan;
    private final World world;
    private final List<Throwable> reported = new ArrayList<>();
    private final HubThread thread;

    Runs(Plan plan) {
        this.plan = plan;
        world = new World(0, plan.edgeTriggered());
        LoopProvider loop = plan.loops().apply(world.loops(plan.pollers()));
        thread = HubThread.open("schedules", world, plan.settings(), loop, LIMIT);
        onHub(() -> {
            world.bind(thread.hub());
            return null;
        });
    }

    private void reported(Throwable error) {
        for (Class<? extends Throwable> type : plan.tolerated()) {
            if (type.isInstance(error)) {
                return;
            }
        }
        reported.add(error);
    }

    World world() {
        return world;
    }

    /** Runs {@code call} as main of the hub. */
    <T> T onHub(Callable<T> call) {
        try {
            return thread.run(call, LIMIT);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** On the hub. Returns why the run failed, or null: then this hub is good for another. */
    Throwable run(long seed, boolean record) {
        reported.clear();
        thread.hub().errorHandler((context, error) -> reported(error));
        try {
            world.forget(seed);
            world.reset(seed, record);
            plan.scenario().run(world);
            world.finish();
            if (!reported.isEmpty()) {
                return new AssertionError("reported to the hub: " + reported.getFirst(), reported.getFirst());
            }
            return left();
        } catch (Throwable e) {
            return e;
        }
    }

    /** What lives on, or null. */
    private Throwable left() {
        Hub hub = thread.hub();
        Hub.Statistics now = hub.statistics();
        if (now.greenlets() > 0) {
            return new AssertionError("left behind: " + Dump.greenlets(hub));
        }
        if (now.loop().active() > 0 || now.loop().timers() > 0 || now.holds() > 0) {
            return new AssertionError("left behind: " + now);
        }
        if (world.network().open() > 0) {
            return new AssertionError("left behind: " + world.network().open() + " open channels");
        }
        return null;
    }

    @Override
    public void close() {
        try {
            if (!thread.isAbandoned()) {
                onHub(this::closeHub);
            }
        } catch (AssertionError e) {
            // its world gave this hub up: the run has failed, saying so
        } finally {
            world.close();
            thread.close();
        }
    }

    private Void closeHub() {
        world.abandon();
        thread.hub().errorHandler((context, error) -> {}); // of greenlets that a failed run left
        thread.hub().close();
        return null;
    }
}
