package dev.jevent.hub.sim;

import static dev.jevent.hub.sim.Scenarios.check;
import static dev.jevent.hub.sim.Scenarios.checkEquals;

import dev.jevent.Callback;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Loop;
import dev.jevent.Task;
import dev.jevent.Watcher;
import dev.jevent.testkit.Schedules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What a loop promises to its hub. */
final class LoopScenarios {
    private LoopScenarios() {}

    /** Callbacks run once, in the order they were given, unless taken back. */
    static Schedules.Scenario callbacksRunOnceInOrder() {
        return world -> {
            world.firstInFirstOut();
            int[] calls = new int[6];
            boolean[] stopped = new boolean[6];
            List<Integer> order = new ArrayList<>();
            List<Callback> callbacks = new ArrayList<>();
            for (int i = 0; i < calls.length; i++) {
                int number = i;
                callbacks.add(world.hub().loop().runCallback(() -> {
                    calls[number]++;
                    order.add(number);
                    check(callbacks.get(number).pending(), "not pending while it runs");
                }));
                if (world.oneIn(4)) {
                    world.pause();
                }
                if (world.oneIn(4)) {
                    int which = world.next(i + 1);
                    stopped[which] |= calls[which] == 0;
                    callbacks.get(which).stop();
                }
            }
            world.settle();
            for (int i = 0; i < calls.length; i++) {
                checkEquals(calls[i], stopped[i] ? 0 : 1, "calls of callback " + i);
                check(!callbacks.get(i).pending(), "pending after it ran");
            }
            for (int i = 1; i < order.size(); i++) {
                check(order.get(i - 1) < order.get(i), "called in the order " + order);
            }
        };
    }

    /** Timers fire once each time they are due, not before, and not when stopped; equal ones in the order of their starts. */
    static Schedules.Scenario timersFireWhenDue() {
        return world -> {
            world.firstInFirstOut();
            world.withoutDrift();
            int count = 2 + world.next(5);
            Duration[] due = new Duration[count]; // null: not started, or stopped
            int[] starts = new int[count];
            int[] start = new int[1];
            List<Watcher.Timer> timers = new ArrayList<>();
            Duration[] lastDue = {Duration.ZERO};
            int[] lastStart = new int[1];
            for (int i = 0; i < count; i++) {
                Duration after = world.delay();
                timers.add(world.hub().loop().timer(after));
            }
            for (int turn = 0; turn < 2 * count; turn++) {
                int number = world.next(count);
                Watcher.Timer timer = timers.get(number);
                if (due[number] == null) {
                    due[number] = world.elapsed().plus(timer.after());
                    starts[number] = ++start[0];
                    timer.start(() -> {
                        check(due[number] != null, "a stopped timer fired, or one fired twice");
                        check(world.elapsed().compareTo(due[number]) >= 0, "fired too early");
                        int order = lastDue[0].compareTo(due[number]);
                        check(order < 0 || order == 0 && lastStart[0] < starts[number], "fired after a later one");
                        lastDue[0] = due[number];
                        lastStart[0] = starts[number];
                        due[number] = null;
                    });
                } else if (world.oneIn(2)) {
                    due[number] = null;
                    timer.stop();
                }
                if (world.oneIn(3)) {
                    world.hub().sleep(Duration.ofMillis(world.next(4)));
                    lastStart[0] = 0;
                    lastDue[0] = lastDue[0].minusNanos(1);
                }
            }
            world.hub().sleep(Duration.ofHours(2));
            for (int i = 0; i < count; i++) {
                check(due[i] == null, "a timer never fired");
                timers.get(i).close();
            }
        };
    }

    /** What other threads hand over runs once, each thread's in its order. */
    static Schedules.Scenario postsArriveOnceInOrder() {
        return world -> {
            world.firstInFirstOut();
            Loop loop = world.hub().loop();
            int threads = 1 + world.next(3);
            int posts = 1 + world.next(3);
            int[] arrived = new int[threads];
            Greenlet<?> main = Greenlet.current();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                Runnable[] steps = new Runnable[posts];
                for (int step = 0; step < posts; step++) {
                    int number = step;
                    steps[step] = () -> loop.runCallbackThreadSafe(() -> {
                        checkEquals(arrived[thread]++, number, "post of thread " + thread);
                        check(Greenlet.current() != main, "a callback ran as main");
                    });
                }
                world.foreign(steps);
            }
            if (world.oneIn(2)) {
                world.pause();
            }
            world.hub().join(); // until nothing is left, holds of foreign threads included
            for (int i = 0; i < threads; i++) {
                checkEquals(arrived[i], posts, "posts of thread " + i);
            }
        };
    }

    /** An async watcher fires after each send, also of several at once. */
    static Schedules.Scenario sendsAreNotLost() {
        return world -> {
            try (Watcher.Async async = world.hub().loop().async()) {
                AtomicInteger sent = new AtomicInteger();
                int[] seen = new int[1];
                int sends = 1 + world.next(4);
                async.start(() -> seen[0] = sent.get());
                Runnable send = () -> {
                    sent.incrementAndGet();
                    async.send();
                };
                Runnable[] steps = new Runnable[sends];
                java.util.Arrays.fill(steps, send);
                world.foreign(steps);
                while (seen[0] < sends) {
                    if (world.oneIn(2)) {
                        world.hub().yieldNow();
                    } else {
                        world.hub().sleep(Duration.ofMillis(1));
                    }
                    check(world.elapsed().compareTo(Duration.ofSeconds(10)) < 0, "a send was lost: " + seen[0] + " of " + sends);
                }
                async.stop();
            }
        };
    }

    /** Greenlets spawned and killed by other threads. */
    static Schedules.Scenario foreignSpawnsAndKills() {
        return world -> {
            Hub hub = world.hub();
            AtomicInteger began = new AtomicInteger();
            AtomicInteger ended = new AtomicInteger();
            List<Greenlet<Void>> spawned = new ArrayList<>();
            Task body = () -> {
                began.incrementAndGet();
                try {
                    world.pause();
                } finally {
                    ended.incrementAndGet();
                }
            };
            world.foreign(
                    () -> spawned.add(hub.spawn(body)),
                    () -> spawned.add(hub.spawnLater(Duration.ofMillis(1), body)),
                    () -> spawned.getFirst().killLater());
            Greenlet<Void> local = hub.spawn(body);
            world.foreign(local::killLater);
            local.join();
            hub.join();
            checkEquals(ended.get(), began.get(), "ends");
            for (Greenlet<Void> greenlet : spawned) {
                check(greenlet.dead(), greenlet + " lives after join()");
            }
        };
    }
}
