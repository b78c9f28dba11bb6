package dev.jevent.sync.sim;

import static dev.jevent.sync.sim.Scenarios.check;
import static dev.jevent.sync.sim.Scenarios.checkEquals;
import static dev.jevent.sync.sim.Scenarios.join;
import static dev.jevent.sync.sim.Scenarios.killSome;
import static dev.jevent.sync.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.testkit.Schedules;
import dev.jevent.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;

/** What queues promise. */
final class QueueScenarios {
    /** For those who may have come in vain. */
    private static final Duration LONG = Duration.ofDays(1);

    private QueueScenarios() {}

    /** The next item that a queue of some kind gives, of those that are in it in the order they came. */
    @FunctionalInterface
    interface Order {
        int next(List<Integer> items);

        Order FIFO = items -> 0;
        Order LIFO = items -> items.size() - 1;
        Order SMALLEST = items -> items.indexOf(Collections.min(items));
    }

    /**
     * What was put, and nothing else, is taken, once; also when those who put and take are killed or give up. Never more
     * than the queue holds.
     */
    static Schedules.Scenario nothingIsLostOrDoubled(IntFunction<Box> maker) {
        return world -> {
            int size = 1 + world.next(3);
            Box queue = maker.apply(size);
            List<Integer> put = new ArrayList<>();
            List<Integer> taken = new ArrayList<>();
            List<Greenlet<Void>> workers = spawn(world, 2 + world.next(4), number -> {
                for (int i = 0; i < 3; i++) {
                    world.pause();
                    if (number % 2 == 0) {
                        put(world, queue, number * 10 + i, put);
                    } else {
                        take(world, queue, taken);
                    }
                    check(queue.size() <= size, queue.size() + " items in a queue of " + size);
                }
            });
            killSome(world, workers, 2);
            join(world, workers);
            for (Integer left = queue.tryTake(); left != null; left = queue.tryTake()) {
                taken.add(left);
            }
            Collections.sort(put);
            Collections.sort(taken);
            check(put.equals(taken), "put: " + put + ", taken: " + taken);
        };
    }

    private static void put(World world, Box queue, Integer item, List<Integer> put) {
        boolean done = switch (world.next(3)) {
            case 0 -> queue.tryPut(item);
            case 1 -> queue.put(item, world.delay());
            default -> queue.put(item, LONG);
        };
        if (done) {
            put.add(item);
        }
    }

    private static void take(World world, Box queue, List<Integer> taken) {
        Integer item = switch (world.next(3)) {
            case 0 -> queue.tryTake();
            case 1 -> queue.take(world.delay());
            default -> queue.take(LONG);
        };
        if (item != null) {
            taken.add(item);
        }
    }

    /** As many takers as putters, who wait as long as it takes: all of them get through. */
    static Schedules.Scenario nobodyIsForgotten(IntFunction<Box> maker) {
        return world -> {
            Box queue = maker.apply(1 + world.next(2));
            int pairs = 1 + world.next(3);
            int[] taken = new int[1];
            List<Greenlet<Void>> workers = spawn(world, 2 * pairs, number -> {
                for (int i = 0; i < 2; i++) {
                    if (world.oneIn(2)) {
                        world.pause();
                    }
                    if (number % 2 == 0) {
                        check(queue.put(number, null), "nobody took " + number);
                    } else {
                        check(queue.take(null) != null, "nothing came for " + number);
                        taken[0]++;
                    }
                }
            });
            List<Greenlet<Void>> passing = spawn(world, 1, number -> {
                world.pause();
                Integer item = queue.tryTake(); // overtakes one who waits
                if (item != null) {
                    world.pause();
                    queue.put(item, null);
                }
            });
            List<Greenlet<Void>> impatient = spawn(world, 2, number -> {
                Integer item = queue.take(world.delay());
                if (item != null) {
                    queue.put(item, null);
                }
            });
            join(world, workers);
            join(world, passing);
            join(world, impatient);
            checkEquals(taken[0], 2 * pairs, "taken");
        };
    }

    /** A queue that doesn't hand over gives, at each moment, what its order says. */
    static Schedules.Scenario itemsComeInOrder(IntFunction<Box> maker, Order order) {
        return world -> {
            Box queue = maker.apply(1 + world.next(4));
            List<Integer> model = new ArrayList<>();
            List<Greenlet<Void>> workers = spawn(world, 2 + world.next(3), number -> {
                for (int i = 0; i < 4; i++) {
                    world.pause();
                    if (number % 2 == 0) {
                        int item = world.next(100);
                        Duration timeout = world.oneIn(2) ? world.delay() : LONG;
                        if (queue.put(item, timeout)) {
                            model.add(item);
                        }
                    } else {
                        Integer item = queue.take(world.delay());
                        if (item != null) {
                            int expected = model.remove(order.next(model));
                            checkEquals(item, expected, "taken of " + model);
                        }
                    }
                }
            });
            killSome(world, workers, 1);
            join(world, workers);
            checkEquals(queue.size(), model.size(), "left");
        };
    }

    /** Items from threads that the hub doesn't know. */
    static Schedules.Scenario foreignPuts(IntFunction<Box> maker) {
        return world -> {
            Box queue = maker.apply(8);
            List<Integer> taken = new ArrayList<>();
            world.foreign(() -> queue.tryPut(1), () -> queue.tryPut(2));
            world.foreign(() -> queue.tryPut(3));
            List<Greenlet<Void>> takers = spawn(world, 2, number -> taken.add(queue.take(null)));
            if (world.oneIn(2)) {
                world.pause();
            }
            taken.add(queue.take(null));
            join(world, takers);
            Collections.sort(taken);
            check(taken.equals(List.of(1, 2, 3)), "taken: " + taken);
        };
    }
}
