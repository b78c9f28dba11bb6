package dev.jevent.sync.sim;

import static dev.jevent.sync.sim.Scenarios.check;
import static dev.jevent.sync.sim.Scenarios.checkEquals;
import static dev.jevent.sync.sim.Scenarios.join;
import static dev.jevent.sync.sim.Scenarios.killSome;
import static dev.jevent.sync.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.testkit.Schedules;
import dev.jevent.testkit.World;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;

/** What a lock and its conditions promise. */
final class MutexScenarios {
    private MutexScenarios() {}

    /** One owner at a time; free in the end, whoever was killed where. */
    static Schedules.Scenario oneOwnerAtATime(Supplier<? extends Lock> maker) {
        return world -> {
            Lock lock = maker.get();
            int[] owner = {-1};
            List<Greenlet<Void>> workers = spawn(world, 2 + world.next(3), number -> {
                for (int round = 0; round < 2; round++) {
                    world.pause();
                    if (!lock(world, lock)) {
                        continue;
                    }
                    try {
                        checkEquals(owner[0], -1, "owner when " + number + " came in");
                        owner[0] = number;
                        world.pause();
                        if (world.oneIn(3)) { // again, as its owner may
                            lock.lock();
                            try {
                                world.pause();
                            } finally {
                                lock.unlock();
                            }
                        }
                        checkEquals(owner[0], number, "owner");
                    } finally {
                        owner[0] = -1;
                        lock.unlock();
                    }
                }
            });
            killSome(world, workers, 2);
            join(world, workers);
            check(lock.tryLock(), "locked in the end: " + lock);
            lock.unlock();
        };
    }

    private static boolean lock(World world, Lock lock) throws InterruptedException {
        if (world.oneIn(2)) {
            return lock.tryLock(world.delay().toNanos(), TimeUnit.NANOSECONDS);
        }
        lock.lock();
        return true;
    }

    /** A bounded buffer as in every textbook: no item is lost, and nobody waits though there is something for him. */
    static Schedules.Scenario boundedBuffer(Supplier<? extends Lock> maker) {
        return world -> {
            Lock lock = maker.get();
            Condition notEmpty = lock.newCondition();
            Condition notFull = lock.newCondition();
            ArrayDeque<Integer> items = new ArrayDeque<>();
            int[] counts = new int[2]; // put, taken
            int pairs = 1 + world.next(2);
            List<Greenlet<Void>> workers = spawn(world, 2 * pairs, number -> {
                boolean puts = number % 2 == 0;
                for (int i = 0; i < 2; i++) {
                    if (world.oneIn(2)) {
                        world.pause();
                    }
                    lock.lock();
                    try {
                        while (puts ? items.size() == 1 : items.isEmpty()) {
                            (puts ? notFull : notEmpty).await();
                        }
                        if (puts) {
                            items.add(number);
                            counts[0]++;
                            notEmpty.signal();
                        } else {
                            items.remove();
                            counts[1]++;
                            notFull.signal();
                        }
                    } finally {
                        lock.unlock();
                    }
                }
            });
            // Others who wait for the same, and go away: their going must take no signal with it.
            List<Greenlet<Void>> impatient = spawn(world, 2, number -> {
                world.pause();
                lock.lock();
                try {
                    if (items.isEmpty()) {
                        notEmpty.await(world.delay().toNanos(), TimeUnit.NANOSECONDS);
                        notEmpty.signal(); // if it was meant for one who works
                    }
                } finally {
                    lock.unlock();
                }
            });
            killSome(world, impatient, 1);
            join(world, workers);
            join(world, impatient);
            checkEquals(counts[0], 2 * pairs, "put");
            checkEquals(counts[1], 2 * pairs, "taken");
        };
    }

    /** Each signal ends the wait of one who waits: not of one who was killed, or whose time was over, in the same step. */
    static Schedules.Scenario signalsAreNotLost(Supplier<? extends Lock> maker) {
        return world -> {
            Lock lock = maker.get();
            Condition condition = lock.newCondition();
            int[] signalled = new int[1];
            boolean[] stays = new boolean[1];
            List<Greenlet<Void>> leavers = spawn(world, 1 + world.next(3), number -> {
                lock.lock();
                try {
                    if (condition.await(world.delay().toNanos(), TimeUnit.NANOSECONDS)) {
                        signalled[0]++;
                    }
                } finally {
                    lock.unlock();
                }
            });
            List<Greenlet<Void>> stayers = spawn(world, 1, number -> {
                lock.lock();
                try {
                    stays[0] = true;
                    condition.await();
                    signalled[0]++;
                } finally {
                    lock.unlock();
                }
            });
            killSome(world, leavers, 2);
            while (!stays[0]) {
                world.hub().yieldNow();
            }
            int signals = 0;
            while (!stayers.getFirst().dead()) {
                if (world.oneIn(2)) {
                    world.pause();
                }
                if (world.oneIn(2)) {
                    leavers.getFirst().killLater();
                }
                lock.lock();
                try {
                    signals++;
                    condition.signal();
                } finally {
                    lock.unlock();
                }
                world.settle();
            }
            join(world, stayers);
            join(world, leavers);
            checkEquals(signalled[0], signals, "waits that signals ended");
        };
    }
}
