package dev.jevent.sync.sim;

import static dev.jevent.sync.sim.Scenarios.check;
import static dev.jevent.sync.sim.Scenarios.checkEquals;
import static dev.jevent.sync.sim.Scenarios.join;
import static dev.jevent.sync.sim.Scenarios.killSome;
import static dev.jevent.sync.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.Waitable;
import dev.jevent.testkit.Schedules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What an event promises. */
final class EventScenarios {
    private EventScenarios() {}

    /** Who waits when it is set goes on, also when it is cleared before they run. [B-EVT-01] */
    static Schedules.Scenario setThenClearWakesAll(Supplier<Flag> maker) {
        return world -> {
            Flag flag = maker.get();
            int[] woken = new int[1];
            int[] waiting = new int[1];
            List<Greenlet<Void>> waiters = spawn(world, 1 + world.next(5), number -> {
                waiting[0]++;
                flag.await();
                woken[0]++;
            });
            world.settle();
            checkEquals(waiting[0], waiters.size(), "waiters");
            flag.set();
            flag.clear();
            join(world, waiters);
            checkEquals(woken[0], waiters.size(), "woken");
        };
    }

    /** A wait is over when, and only when, it was set during it; or its time is over. */
    static Schedules.Scenario setsAndTimeouts(Supplier<Flag> maker) {
        return world -> {
            Flag flag = maker.get();
            int[] sets = new int[1];
            List<Greenlet<Void>> waiters = spawn(world, 1 + world.next(3), number -> {
                world.pause();
                boolean before = flag.isSet();
                int setsBefore = sets[0];
                Duration began = world.elapsed();
                Duration timeout = world.delay();
                boolean inTime = flag.await(timeout);
                check(!inTime || before || sets[0] > setsBefore, "returned true though nobody set it");
                check(inTime || world.elapsed().minus(began).compareTo(timeout) >= 0, "gave up before its time");
                check(inTime || !before, "gave up though it was set when it came");
                Duration nap = world.delay();
                Duration slept = world.elapsed();
                world.hub().sleep(nap);
                check(world.elapsed().minus(slept).compareTo(nap) >= 0, "woken out of its sleep");
            });
            List<Greenlet<Void>> setter = spawn(world, 1, number -> {
                for (int i = 0; i < 3; i++) {
                    world.pause();
                    if (world.oneIn(3)) {
                        flag.clear();
                    } else {
                        sets[0]++;
                        flag.set();
                    }
                }
            });
            killSome(world, waiters, 1);
            join(world, waiters);
            join(world, setter);
        };
    }

    /** Set by another thread while those here are on their way to sleep. */
    static Schedules.Scenario foreignSets(Supplier<Flag> maker) {
        return world -> {
            Flag flag = maker.get();
            world.foreign(flag::set);
            List<Greenlet<Void>> waiters = spawn(world, world.next(3), number -> flag.await());
            if (world.oneIn(2)) {
                world.pause();
            }
            flag.await();
            join(world, waiters);
        };
    }

    /** Who waits for the first of several gets one that is ready, and takes nothing from others who wait for it. */
    static Schedules.Scenario waitsForSeveral(Supplier<Flag> maker) {
        return world -> {
            List<Flag> flags = new ArrayList<>();
            List<Waitable> waitables = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                flags.add(maker.get());
                waitables.add(flags.get(i).waitable());
            }
            List<Greenlet<Void>> waiters = spawn(world, 2, number -> {
                world.pause();
                if (number == 0) {
                    List<Waitable> ready = world.hub().collect(waitables, world.oneIn(2) ? null : Duration.ofDays(1), 1);
                    checkEquals(ready.size(), 1, "ready ones");
                    check(flags.get(waitables.indexOf(ready.getFirst())).isSet(), "got one that isn't set");
                } else {
                    List<Waitable> ready = world.hub().waitAll(waitables);
                    checkEquals(ready.size(), 3, "ready ones");
                }
            });
            List<Greenlet<Void>> plain = spawn(world, 3, number -> flags.get(number).await());
            int first = world.next(3);
            for (int i = 0; i < 3; i++) {
                world.pause();
                flags.get((first + i) % 3).set();
            }
            join(world, waiters);
            join(world, plain);
        };
    }
}
