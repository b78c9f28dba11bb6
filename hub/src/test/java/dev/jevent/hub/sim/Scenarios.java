package dev.jevent.hub.sim;

import dev.jevent.Greenlet;
import dev.jevent.Task;
import dev.jevent.testkit.World;
import java.util.ArrayList;
import java.util.List;

/** The greenlets of one run. */
final class Scenarios {
    private Scenarios() {}

    /** Makes the body of the greenlet of that number. */
    @FunctionalInterface
    interface Body {
        void run(int number) throws Exception;
    }

    static List<Greenlet<Void>> spawn(World world, int count, Body body) {
        List<Greenlet<Void>> spawned = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int number = i;
            spawned.add(world.hub().spawn((Task) () -> body.run(number)));
        }
        return spawned;
    }

    /** Kills up to {@code most}, at random moments, whom it hits. */
    static void killSome(World world, List<? extends Greenlet<?>> victims, int most) {
        for (int kills = world.next(most + 1); kills > 0; kills--) {
            world.pause();
            int victim = world.next(victims.size());
            world.note("kill", victim);
            victims.get(victim).killLater();
        }
    }

    /** Waits for all; an error of any fails the run. */
    static void join(World world, List<? extends Greenlet<?>> greenlets) {
        world.hub().joinAll(greenlets);
        for (Greenlet<?> greenlet : greenlets) {
            if (greenlet.exception() != null) {
                throw new AssertionError(greenlet + " failed", greenlet.exception());
            }
        }
    }

    static void check(boolean claim, String message) {
        if (!claim) {
            throw new AssertionError(message);
        }
    }

    static void checkEquals(long actual, long expected, String what) {
        if (actual != expected) {
            throw new AssertionError(what + ": " + actual + " (expected: " + expected + ")");
        }
    }
}
