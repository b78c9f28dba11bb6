package dev.jevent.io.sim;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Task;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.Schedules;
import dev.jevent.testkit.World;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** What is done to a call in each of its waits, one after the other until it ends unharmed: in each seed all of them. */
final class Drives {
    /** Longer than anything takes here. */
    private static final Duration LIMIT = Duration.ofHours(20);

    /** After so many everything was reported that is ready. */
    private static final int POLLS = 10;

    private Drives() {}

    /** How often it was done. */
    static final class Tally {
        private final AtomicLong scenes = new AtomicLong();
        private final AtomicLong times = new AtomicLong();

        @Override
        public String toString() {
            return times + " times in " + scenes + " scenes";
        }

        void add(Tally other) {
            scenes.addAndGet(other.scenes.get());
            times.addAndGet(other.times.get());
        }

        long times() {
            return times.get();
        }
    }

    /** What is done in one wait. @param number of the wait @return whether it came to that */
    private interface Round {
        boolean run(World world, Scene scene, int number) throws Exception;
    }

    private static Schedules.Scenario inEach(Scene.Kind kind, Tally tally, Round round) {
        return world -> {
            boolean reached = true;
            for (int number = 1; reached; number++) {
                try (Scene scene = kind.open(world)) {
                    reached = round.run(world, scene, number);
                }
                tally.scenes.incrementAndGet();
                tally.times.addAndGet(reached ? 1 : 0);
                quiet(world);
                check(world.network().open() == 0, world.network().open() + " channels left open");
                check(number < 10_000, "waits without end");
            }
        };
    }

    /** Until nothing is on its way, and everybody has seen what came: a poll may keep something for the next one. */
    static void quiet(World world) {
        for (int polls = 0; polls < POLLS; polls++) {
            if (world.network().isBusy()) {
                polls = 0;
            }
            world.hub().sleep(Duration.ofMillis(1));
        }
        world.settle();
    }

    /** By nothing: however short reads and writes are. */
    static Schedules.Scenario undisturbed(Scene.Kind kind, Tally tally) {
        return inEach(kind, tally, (world, scene, number) -> {
            spawn(world, scene::go).get();
            scene.over();
            return number < 2;
        });
    }

    static Schedules.Scenario killed(Scene.Kind kind, Tally tally) {
        return inEach(kind, tally, (world, scene, number) -> {
            boolean[] met = new boolean[1];
            GreenletExit kill = new GreenletExit();
            Greenlet<Void> victim = spawn(world, scene::go);
            world.atWait(victim, number, () -> {
                met[0] = true;
                if (world.oneIn(16)) {
                    world.foreign(() -> victim.killLater(kill));
                } else {
                    victim.killLater(kill);
                }
            });
            victim.join();
            if (victim.exit() != null) {
                check(victim.exit() == kill, "ended by " + victim.exit());
                scene.halfWay(kill);
                spawn(world, scene::go).get();
            } else {
                victim.get();
            }
            scene.over();
            return met[0];
        });
    }

    /** By somebody's Timeout, while nothing comes. */
    static Schedules.Scenario timedOut(Scene.Kind kind, Tally tally) {
        return inEach(kind, tally, (world, scene, number) ->
                stalled(world, scene, number, () -> Timeout.run(LIMIT, scene::go), TimeoutException.class));
    }

    /** By its own limit. */
    static Schedules.Scenario limited(Scene.Kind kind, Tally tally) {
        return inEach(kind, tally, (world, scene, number) -> {
            check(scene.limit(LIMIT), kind + " has no limit of its own");
            return stalled(world, scene, number, scene::go, SocketTimeoutException.class);
        });
    }

    private static boolean stalled(World world, Scene scene, int number, Task limited, Class<? extends Exception> expected)
            throws Exception {
        world.network().prompt();
        boolean[] met = new boolean[1];
        Exception[] over = new Exception[1];
        Greenlet<Void> victim = spawn(world, () -> {
            try {
                limited.run();
            } catch (Exception e) {
                over[0] = e;
            }
        });
        world.atWait(victim, number, () -> {
            met[0] = true;
            world.network().stalled(true);
        });
        victim.join();
        world.network().stalled(false);
        victim.get();
        if (over[0] != null) {
            if (!expected.isInstance(over[0])) {
                throw over[0];
            }
            scene.halfWay(over[0]);
            spawn(world, scene::go).get();
        }
        scene.over();
        return met[0];
    }

    /** By a close of what it waits on. */
    static Schedules.Scenario shut(Scene.Kind kind, Tally tally) {
        return inEach(kind, tally, (world, scene, number) -> {
            boolean[] met = new boolean[1];
            Exception[] thrown = new Exception[1];
            Greenlet<Void> victim = spawn(world, () -> thrown[0] = thrownBy(scene::go));
            world.atWait(victim, number, () -> {
                met[0] = true;
                world.hub().spawn((Task) () -> check(scene.shut(), kind + " cannot be closed"));
            });
            victim.join();
            victim.get();
            if (!met[0]) {
                check(thrown[0] == null, "failed by itself: " + thrown[0]);
                scene.over();
            } else { // perhaps it had done its part when the close came, and what was on its way is lost all the same
                check(thrown[0] == null || thrown[0] instanceof IOException, "ended by " + thrown[0]);
                scene.failed();
            }
            return met[0];
        });
    }

    /** The connection is reset instead of each thing that arrives: the call fails, or had its outcome before. */
    static Schedules.Scenario reset(Scene.Kind kind, Tally tally) {
        return inEach(kind, tally, (world, scene, number) -> {
            long before = world.network().arrivals();
            world.network().resetAt(number);
            Exception[] thrown = new Exception[1];
            Greenlet<Void> victim = spawn(world, () -> thrown[0] = thrownBy(scene::go));
            victim.join();
            victim.get();
            boolean met = world.network().arrivals() - before >= number;
            check(thrown[0] == null || met && thrown[0] instanceof IOException, "ended by " + thrown[0]);
            if (met) {
                scene.failed();
            } else {
                world.network().resetAt(Long.MAX_VALUE / 2);
                scene.over();
            }
            return met;
        });
    }

    /** For want of descriptors, so many of which there are: the call fails, and goes on as soon as there are enough. */
    static Schedules.Scenario starved(Scene.Kind kind, Tally tally) {
        return inEach(kind, tally, (world, scene, number) -> {
            quiet(world); // the other side has what it needs
            world.network().limit(world.network().open() + number - 1);
            Exception[] thrown = new Exception[1];
            Greenlet<Void> victim = spawn(world, () -> thrown[0] = thrownBy(scene::go));
            victim.join();
            victim.get();
            world.network().limit(Integer.MAX_VALUE);
            if (thrown[0] != null) {
                check(thrown[0] instanceof IOException && thrown[0].getMessage().contains("Too many open files"),
                        "ended by " + thrown[0]);
                scene.halfWay(thrown[0]);
                spawn(world, scene::go).get();
            }
            scene.over();
            return thrown[0] != null;
        });
    }

    /** Killed, and out of time by whatever limit, again and again, on a network that is late now and then. */
    static Schedules.Scenario atRandom(Scene.Kind kind, Tally tally) {
        return world -> {
            try (Scene scene = kind.open(world)) {
                boolean hasLimit = scene.limit(null);
                for (int i = 0; i < 12; i++) {
                    if (hasLimit) {
                        scene.limit(world.oneIn(2) ? world.delay() : null);
                    }
                    Exception[] thrown = new Exception[1];
                    Greenlet<Void> victim = spawn(world, () -> thrown[0] = thrownBy(() -> Timeout.run(world.delay(), scene::go)));
                    world.pause();
                    world.pause();
                    GreenletExit kill = new GreenletExit();
                    if (world.oneIn(2)) {
                        victim.killLater(kill);
                    }
                    victim.join();
                    if (victim.exit() == null) {
                        victim.get();
                    }
                    Throwable how = victim.exit() != null ? victim.exit() : thrown[0];
                    if (how == null) {
                        break;
                    }
                    check(how == kill || how instanceof TimeoutException || how instanceof SocketTimeoutException, "ended by " + how);
                    scene.halfWay(how);
                    tally.times.incrementAndGet();
                }
                if (hasLimit) {
                    scene.limit(null);
                }
                spawn(world, scene::go).get();
                scene.over();
            }
            quiet(world);
            tally.scenes.incrementAndGet();
        };
    }

    // ---- for scenes ----

    static Greenlet<Void> spawn(World world, Task task) {
        return world.hub().spawn(task);
    }

    static Exception thrownBy(Task task) {
        try {
            task.run();
            return null;
        } catch (Exception e) {
            return e;
        }
    }

    static void check(boolean claim, String message) {
        if (!claim) {
            throw new AssertionError(message);
        }
    }

    static void checkEquals(long actual, long expected, String what) {
        check(actual == expected, what + ": " + actual + " (expected: " + expected + ")");
    }
}
