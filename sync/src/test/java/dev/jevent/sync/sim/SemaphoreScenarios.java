package dev.jevent.sync.sim;

import static dev.jevent.sync.sim.Scenarios.check;
import static dev.jevent.sync.sim.Scenarios.checkEquals;
import static dev.jevent.sync.sim.Scenarios.join;
import static dev.jevent.sync.sim.Scenarios.killSome;
import static dev.jevent.sync.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.testkit.Schedules;
import dev.jevent.testkit.World;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** What a semaphore promises, whoever comes, goes and is killed in whatever order. */
final class SemaphoreScenarios {
    private SemaphoreScenarios() {}

    /** Never more inside than permits; in the end all permits are back; nobody waits for ever. */
    static Schedules.Scenario permitsAreConserved(IntFunction<Permits> maker) {
        return world -> {
            int permits = 1 + world.next(2);
            Permits semaphore = maker.apply(permits);
            int[] inside = new int[1];
            List<Greenlet<Void>> workers = spawn(world, 2 + world.next(3), number -> {
                for (int round = 0; round < 2; round++) {
                    world.pause();
                    if (!acquire(world, semaphore)) {
                        continue;
                    }
                    try {
                        check(++inside[0] <= permits, inside[0] + " inside of " + permits);
                        world.pause();
                    } finally {
                        inside[0]--;
                        semaphore.release();
                    }
                }
            });
            killSome(world, workers, 2);
            join(world, workers);
            checkEquals(semaphore.available(), permits, "permits");
        };
    }

    private static boolean acquire(World world, Permits semaphore) {
        if (world.oneIn(2)) {
            semaphore.acquire();
            return true;
        }
        return semaphore.acquire(world.delay());
    }

    /** A permit for each of those who wait and are not killed, given in the order of coming. */
    static Schedules.Scenario firstComeFirstServed(IntFunction<Permits> maker) {
        return world -> {
            world.firstInFirstOut();
            Permits semaphore = maker.apply(0);
            List<Integer> served = new ArrayList<>();
            List<Greenlet<Void>> waiters = spawn(world, 2 + world.next(4), number -> {
                semaphore.acquire();
                served.add(number);
            });
            world.hub().yieldNow(); // all wait now, in the order of their numbers
            killSome(world, waiters, 2);
            for (int i = 0; i < waiters.size(); i++) {
                if (world.oneIn(2)) {
                    world.pause();
                }
                semaphore.release();
                if (world.oneIn(4)) {
                    waiters.get(world.next(waiters.size())).killLater();
                }
                if (world.oneIn(2)) {
                    world.settle();
                    check(semaphore.available() == 0 || waiters.stream().allMatch(Greenlet::dead),
                            "somebody waits though a permit is free: " + semaphore);
                }
            }
            join(world, waiters);
            for (int i = 1; i < served.size(); i++) {
                check(served.get(i - 1) < served.get(i), "served in the order " + served);
            }
            checkEquals(semaphore.available() + served.size(), waiters.size(), "permits and those who got one");
        };
    }

    /** Who comes in passing may be faster once, but doesn't take the place of one who waits for ever. */
    static Schedules.Scenario bargingStarvesNobody(IntFunction<Permits> maker) {
        return world -> {
            world.firstInFirstOut();
            Permits semaphore = maker.apply(1);
            boolean[] over = new boolean[1];
            int[] overtaken = new int[1];
            List<Greenlet<Void>> greedy = spawn(world, 2, number -> {
                while (!over[0]) {
                    semaphore.acquire();
                    overtaken[0]++;
                    world.hub().yieldNow();
                    semaphore.release();
                    if (world.oneIn(3)) {
                        world.hub().yieldNow();
                    }
                }
            });
            for (int turns = world.next(4); turns > 0; turns--) {
                world.hub().yieldNow(); // not a sleep: time stands still while they run
            }
            Greenlet<Void> once = spawn(world, 1, number -> {
                overtaken[0] = 0;
                semaphore.acquire();
                check(overtaken[0] <= 6, "was overtaken " + overtaken[0] + " times");
                semaphore.release();
            }).getFirst();
            for (int turns = 0; !once.dead() && turns < 200; turns++) {
                world.hub().yieldNow();
            }
            over[0] = true;
            check(once.dead(), "starved: " + semaphore);
            join(world, List.of(once));
            join(world, greedy);
        };
    }

    /** Permits given by threads that the hub doesn't know reach those who wait here. */
    static Schedules.Scenario foreignReleases(IntFunction<Permits> maker) {
        return world -> {
            Permits semaphore = maker.apply(0);
            int given = 1 + world.next(4);
            Runnable[] releases = new Runnable[given];
            java.util.Arrays.fill(releases, (Runnable) semaphore::release);
            int split = world.next(given + 1);
            world.foreign(java.util.Arrays.copyOfRange(releases, 0, split));
            world.foreign(java.util.Arrays.copyOfRange(releases, split, given));
            int[] taken = new int[1];
            List<Greenlet<Void>> takers = spawn(world, given, number -> {
                if (world.oneIn(2)) {
                    world.pause();
                }
                semaphore.acquire();
                taken[0]++;
            });
            boolean mainToo = world.oneIn(2);
            if (mainToo) {
                world.foreign(semaphore::release);
                semaphore.acquire();
            }
            join(world, takers);
            world.settle();
            checkEquals(taken[0], given, "permits taken");
            checkEquals(semaphore.available(), 0, "permits left");
        };
    }

    /** Kills and permits from other threads at once: a permit goes to one who lives, or stays. */
    static Schedules.Scenario foreignReleasesAndKills(IntFunction<Permits> maker) {
        return world -> {
            Permits semaphore = maker.apply(0);
            int count = 1 + world.next(3);
            int[] taken = new int[1];
            List<Greenlet<Void>> takers = spawn(world, count, number -> {
                semaphore.acquire();
                taken[0]++;
            });
            int victim = world.next(count);
            world.foreign(() -> takers.get(victim).killLater());
            Runnable[] releases = new Runnable[count];
            java.util.Arrays.fill(releases, (Runnable) semaphore::release);
            world.foreign(releases);
            world.pause();
            join(world, takers);
            world.settle();
            checkEquals(taken[0] + semaphore.available(), count, "permits taken and left");
        };
    }
}
