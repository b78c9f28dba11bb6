package dev.jevent.sync.sim;

import static dev.jevent.sync.sim.Scenarios.check;
import static dev.jevent.sync.sim.Scenarios.checkEquals;
import static dev.jevent.sync.sim.Scenarios.join;
import static dev.jevent.sync.sim.Scenarios.killSome;
import static dev.jevent.sync.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.sync.FifoQueue;
import dev.jevent.sync.LifoQueue;
import dev.jevent.sync.OrderedQueue;
import dev.jevent.sync.QueueShutdownException;
import dev.jevent.testkit.Schedules;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class QueueSchedulesTest {
    private static final IntFunction<Box> FIFO = Box.of(size -> new FifoQueue<>(size));
    private static final IntFunction<Box> FAIR = Box.of(size -> new FifoQueue<>(size, true));
    private static final IntFunction<Box> LIFO = Box.of(size -> new LifoQueue<>(size));
    private static final IntFunction<Box> ORDERED = Box.of(size -> new OrderedQueue<>(size, java.util.Comparator.<Integer>naturalOrder()));

    @Test
    void nothingIsLostOrDoubled() {
        Schedules.of(QueueScenarios.nothingIsLostOrDoubled(FIFO)).run();
    }

    @Test
    void nothingIsLostOrDoubledByAFairOne() {
        Schedules.of(QueueScenarios.nothingIsLostOrDoubled(FAIR)).run();
    }

    @Test
    void nothingIsLostOrDoubledByAnOrderedOne() {
        Schedules.of(QueueScenarios.nothingIsLostOrDoubled(ORDERED)).run();
    }

    @Test
    void nobodyIsForgotten() {
        Schedules.of(QueueScenarios.nobodyIsForgotten(FIFO)).run();
    }

    @Test
    void nobodyIsForgottenByAFairOne() {
        Schedules.of(QueueScenarios.nobodyIsForgotten(FAIR)).run();
    }

    @Test
    void firstInIsFirstOut() {
        Schedules.of(QueueScenarios.itemsComeInOrder(FIFO, QueueScenarios.Order.FIFO)).run();
    }

    @Test
    void lastInIsFirstOut() {
        Schedules.of(QueueScenarios.itemsComeInOrder(LIFO, QueueScenarios.Order.LIFO)).run();
    }

    @Test
    void smallestIsFirstOut() {
        Schedules.of(QueueScenarios.itemsComeInOrder(ORDERED, QueueScenarios.Order.SMALLEST)).run();
    }

    @Test
    void itemsFromOtherThreadsArrive() {
        Schedules.of(QueueScenarios.foreignPuts(FIFO)).oneIn(4).run();
    }

    @Test
    void itemsFromOtherThreadsArriveInAFairOne() {
        Schedules.of(QueueScenarios.foreignPuts(FAIR)).oneIn(4).run();
    }

    @Test
    void joinReturnsWhenAllWorkIsDoneAndNotBefore() {
        Schedules.of(world -> {
            FifoQueue<Integer> queue = new FifoQueue<>(3);
            int[] open = new int[1];
            List<Greenlet<Void>> putters = spawn(world, 2, number -> {
                for (int i = 0; i < 2; i++) {
                    world.pause();
                    queue.put(number);
                    open[0]++;
                }
            });
            List<Greenlet<Void>> workers = spawn(world, 2, number -> {
                while (queue.take(Duration.ofDays(1)) != null) {
                    world.pause();
                    open[0]--;
                    queue.taskDone();
                }
            });
            List<Greenlet<Void>> joiners = spawn(world, 3, number -> {
                world.pause();
                boolean done = number > 0 ? queue.join(world.delay()) : joined(queue);
                // between the last taskDone() and its own turn, somebody may have put more
                check(!done || open[0] >= 0, "more done than put");
            });
            join(world, putters);
            queue.join();
            checkEquals(open[0], 0, "open tasks after join()");
            join(world, joiners);
            queue.shutdown();
            world.hub().joinAll(workers);
        }).tolerate(QueueShutdownException.class).run();
    }

    private static boolean joined(FifoQueue<Integer> queue) {
        queue.join();
        return true;
    }

    @Test
    void shutdownLeavesNobodyWaiting() {
        Schedules.of(world -> {
            FifoQueue<Integer> queue = new FifoQueue<>(1 + world.next(2), world.oneIn(2));
            boolean[] shut = new boolean[1];
            int[] put = new int[1];
            int[] taken = new int[1];
            List<Greenlet<Void>> workers = spawn(world, 4, number -> {
                try {
                    for (int i = 0; i < 4; i++) {
                        world.pause();
                        if (number % 2 == 0) {
                            queue.put(i);
                            put[0]++;
                        } else {
                            queue.take();
                            taken[0]++;
                        }
                    }
                } catch (QueueShutdownException e) {
                    check(shut[0], "refused before the shutdown");
                }
            });
            killSome(world, workers, 1);
            world.pause();
            shut[0] = true;
            queue.shutdown();
            join(world, workers);
            checkEquals(taken[0] + queue.size(), put[0], "taken and left");
        }).run();
    }
}
