package dev.jevent.hub.sim;

import static dev.jevent.hub.sim.Scenarios.check;
import static dev.jevent.hub.sim.Scenarios.checkEquals;
import static dev.jevent.hub.sim.Scenarios.join;
import static dev.jevent.hub.sim.Scenarios.killSome;
import static dev.jevent.hub.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.testkit.Schedules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/** What greenlets promise: each body runs once, ends once, and tells everybody once. */
final class GreenletScenarios {
    private GreenletScenarios() {}

    /** A thrown error that each victim counts. */
    private static final class Poke extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Spawned, spawned later, killed before or after: each body runs once or not at all, and ends. */
    static Schedules.Scenario eachRunsOnce() {
        return world -> {
            Hub hub = world.hub();
            int count = 2 + world.next(5);
            int[] began = new int[count];
            int[] ended = new int[count];
            List<Greenlet<Void>> greenlets = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                Task body = () -> {
                    began[number]++;
                    try {
                        world.pause();
                        world.pause();
                    } finally {
                        ended[number]++;
                    }
                };
                if (world.oneIn(2)) {
                    greenlets.add(hub.spawn(body));
                } else {
                    greenlets.add(hub.spawnLater(world.delay(), body));
                }
                if (world.oneIn(8)) {
                    greenlets.getLast().start(); // nothing
                }
            }
            killSome(world, greenlets, 3);
            join(world, greenlets);
            for (int i = 0; i < count; i++) {
                check(began[i] <= 1, "body " + i + " began " + began[i] + " times");
                checkEquals(ended[i], began[i], "ends of body " + i);
                check(began[i] == 1 || greenlets.get(i).exit() != null, "body " + i + " never ran, and wasn't killed");
                check(greenlets.get(i).dead(), greenlets.get(i) + " isn't dead after join()");
            }
        };
    }

    /** However somebody waits for a greenlet, he goes on when it has ended, and not before; or when his time is over. */
    static Schedules.Scenario joinsEndWithIt() {
        return world -> {
            List<Greenlet<Void>> targets = spawn(world, 1 + world.next(3), number -> {
                world.pause();
                world.pause();
            });
            List<Greenlet<Void>> waiters = spawn(world, 1 + world.next(4), number -> {
                world.pause();
                Greenlet<Void> target = targets.get(world.next(targets.size()));
                switch (world.next(4)) {
                    case 0 -> {
                        target.join();
                        check(target.dead(), "join() returned before the end");
                    }
                    case 1 -> {
                        Duration began = world.elapsed();
                        Duration limit = world.delay();
                        boolean inTime = target.join(limit);
                        check(!inTime || target.dead(), "join(timeout) returned true before the end");
                        check(inTime || world.elapsed().minus(began).compareTo(limit) >= 0, "gave up too early");
                    }
                    case 2 -> {
                        List<Greenlet<Void>> ended = world.hub().joinAll(targets);
                        checkEquals(new HashSet<>(ended).size(), targets.size(), "ended");
                    }
                    default -> {
                        Greenlet<Void> first = world.hub().waitAny(targets);
                        check(first.dead(), "waitAny() returned one that lives");
                    }
                }
            });
            killSome(world, targets, 1);
            killSome(world, waiters, 1);
            join(world, waiters);
            join(world, targets);
            for (Greenlet<Void> target : targets) {
                checkEquals(target.linkCount(), 0, "links that were forgotten");
            }
        };
    }

    /** Each error that is thrown in arrives, once, at a wait of its victim; or the victim had ended. */
    static Schedules.Scenario eachErrorArrivesOnce() {
        return world -> {
            int[] arrived = new int[1];
            boolean[] began = new boolean[1];
            boolean[] over = new boolean[1];
            Greenlet<Void> victim = world.hub().spawn((Task) () -> {
                began[0] = true;
                while (!over[0]) {
                    try {
                        switch (world.next(3)) {
                            case 0 -> world.hub().yieldNow();
                            case 1 -> world.hub().sleep(Duration.ofMillis(1));
                            default -> new Greenlet<>(world.hub(), () -> null).join(Duration.ofMillis(2));
                        }
                    } catch (Poke e) {
                        arrived[0]++;
                    }
                }
            });
            while (!began[0]) {
                world.hub().yieldNow(); // thrown in before, it would end at once
            }
            int thrown = world.next(5);
            int takenBack = 0;
            for (int i = 0; i < thrown; i++) {
                Poke poke = new Poke();
                victim.killLater(poke);
                if (world.oneIn(3)) {
                    world.hub().sleep(Duration.ofNanos(1));
                }
                if (world.oneIn(4) && victim.takeBack(poke)) {
                    takenBack++;
                }
            }
            world.hub().sleep(Duration.ofMillis(50));
            over[0] = true;
            victim.join();
            checkEquals(arrived[0] + takenBack, thrown, "errors that arrived or were taken back");
        };
    }

    /** Held back while shielded, delivered right after. */
    static Schedules.Scenario shieldsHoldKillsBack() {
        return world -> {
            boolean[] began = new boolean[1];
            boolean[] inside = new boolean[1];
            boolean[] hit = new boolean[1];
            Greenlet<Void> victim = world.hub().spawn((Task) () -> {
                try {
                    Greenlet.shielded(() -> {
                        began[0] = true;
                        inside[0] = true;
                        world.pause();
                        world.pause();
                        inside[0] = false;
                        return null;
                    });
                    world.hub().sleep(Duration.ofHours(1));
                } catch (Poke e) {
                    hit[0] = true;
                    check(!inside[0], "hit inside of the shield");
                }
            });
            while (!began[0]) {
                world.hub().yieldNow();
            }
            if (world.oneIn(2)) {
                world.pause();
            }
            victim.killLater(new Poke());
            join(world, List.of(victim));
            check(hit[0], "the kill never came");
        };
    }

    /** Each link that is not taken back is called once, after the end, first linked first called. */
    static Schedules.Scenario linksAreCalledOnce() {
        return world -> {
            world.firstInFirstOut();
            Greenlet<Void> target = world.hub().spawn((Task) world::pause);
            int count = 1 + world.next(5);
            int[] calls = new int[count];
            boolean[] unlinked = new boolean[count];
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                java.util.function.Consumer<Greenlet<Void>> link = ended -> {
                    check(ended.dead(), "called before the end");
                    calls[number]++;
                    order.add(number);
                };
                if (world.oneIn(3)) {
                    world.pause();
                }
                target.rawLink(link);
                if (world.oneIn(4)) {
                    if (world.oneIn(2)) {
                        world.hub().yieldNow();
                    }
                    unlinked[number] = calls[number] == 0;
                    target.unlink(link);
                }
            }
            if (world.oneIn(4)) {
                target.killLater();
            }
            join(world, List.of(target));
            world.settle();
            for (int i = 0; i < count; i++) {
                checkEquals(calls[i], unlinked[i] ? 0 : 1, "calls of link " + i);
            }
            for (int i = 1; i < order.size(); i++) {
                check(order.get(i - 1) < order.get(i), "called in the order " + order);
            }
        };
    }

    /** The error of a failed greenlet is reported once, and thrown by get() as often as one likes. */
    static Schedules.Scenario failuresAreReportedOnce() {
        return world -> {
            List<Throwable> reported = new ArrayList<>();
            world.hub().errorHandler((context, error) -> reported.add(error));
            List<Throwable> thrown = new ArrayList<>();
            List<Greenlet<Void>> greenlets = spawn(world, 1 + world.next(4), number -> {
                world.pause();
                if (world.oneIn(2)) {
                    IllegalStateException failure = new IllegalStateException("of " + number);
                    thrown.add(failure);
                    throw failure;
                }
            });
            killSome(world, greenlets, 1);
            world.hub().joinAll(greenlets);
            world.settle();
            check(new HashSet<>(reported).equals(new HashSet<>(thrown)) && reported.size() == thrown.size(),
                    "reported: " + reported + ", thrown: " + thrown);
            for (Greenlet<Void> greenlet : greenlets) {
                check(greenlet.exception() == null || thrown.contains(greenlet.exception()), "failed with something else");
            }
        };
    }

    /** Nobody sleeps too short; and where nothing else takes time, who is due earlier wakes earlier. */
    static Schedules.Scenario sleepsEndInTheirOrder() {
        return world -> {
            world.firstInFirstOut();
            world.withoutDrift();
            List<Duration> woken = new ArrayList<>();
            List<Greenlet<Void>> sleepers = spawn(world, 2 + world.next(5), number -> {
                Duration nap = world.delay();
                Duration due = world.elapsed().plus(nap);
                world.hub().sleep(nap);
                check(world.elapsed().compareTo(due) >= 0, "woke " + due.minus(world.elapsed()) + " too early");
                woken.add(due);
            });
            killSome(world, sleepers, 2);
            join(world, sleepers);
            for (int i = 1; i < woken.size(); i++) {
                check(woken.get(i - 1).compareTo(woken.get(i)) <= 0, "woke in the order " + woken);
            }
        };
    }

    /** Between two turns of one that yields, every other that is ready has had one. [H15] */
    static Schedules.Scenario nobodyStarves() {
        return world -> {
            world.firstInFirstOut();
            int count = 2 + world.next(5);
            int[] turns = new int[count];
            boolean[] over = new boolean[1];
            List<Greenlet<Void>> yielders = spawn(world, count, number -> {
                while (!over[0]) {
                    turns[number]++;
                    world.hub().yieldNow();
                }
            });
            int rounds = 3 + world.next(10);
            for (int i = 0; i < rounds; i++) {
                world.hub().yieldNow();
            }
            int most = Arrays.stream(turns).max().getAsInt();
            int least = Arrays.stream(turns).min().getAsInt();
            over[0] = true;
            join(world, yielders);
            check(most - least <= 1, "turns: " + Arrays.toString(turns));
            check(least >= rounds - 1, "turns of the others in " + rounds + " of main: " + Arrays.toString(turns));
        };
    }

    /** Kills in a storm: all end, their finally blocks run once. */
    static Schedules.Scenario killStorm() {
        return world -> {
            int[] cleaned = new int[1];
            int[] began = new int[1];
            List<Greenlet<Void>> victims = spawn(world, 5, number -> {
                began[0]++;
                try {
                    for (int i = 0; i < 5; i++) {
                        world.pause();
                    }
                } finally {
                    cleaned[0]++;
                }
            });
            List<Greenlet<Void>> killers = spawn(world, 2, number -> {
                for (int i = 0; i < 4; i++) {
                    world.pause();
                    Greenlet<Void> victim = victims.get(world.next(victims.size()));
                    switch (world.next(3)) {
                        case 0 -> victim.kill();
                        case 1 -> victim.killLater();
                        default -> victim.kill(new dev.jevent.GreenletExit(), world.delay());
                    }
                }
            });
            if (world.oneIn(2)) {
                world.pause();
                world.hub().killAll(victims);
            }
            join(world, killers);
            join(world, victims);
            checkEquals(cleaned[0], began[0], "finally blocks that ran");
        };
    }

    /** A wait for several things gives each that is ready once, in the order in which they became ready. */
    static Schedules.Scenario waitsForSeveral() {
        return world -> {
            world.firstInFirstOut();
            List<Greenlet<Void>> ends = new ArrayList<>();
            List<Greenlet<Void>> targets = spawn(world, 2 + world.next(4), number -> world.pause());
            for (Greenlet<Void> target : targets) {
                target.rawLink(ends::add);
            }
            List<Greenlet<Void>> got = new ArrayList<>();
            try (Hub.Ready<Greenlet<Void>> ready = world.hub().iwait(targets, null)) {
                for (Greenlet<Void> one : ready) {
                    check(one.dead(), "got one that lives");
                    got.add(one);
                    if (world.oneIn(4)) {
                        break;
                    }
                }
            }
            join(world, targets);
            world.settle();
            checkEquals(new HashSet<>(got).size(), got.size(), "different ones of those got");
            check(ends.subList(0, got.size()).equals(got), "ended: " + ends + ", got: " + got);
        };
    }

}
