package dev.jevent.hub.sim;

import static dev.jevent.hub.sim.Scenarios.check;
import static dev.jevent.hub.sim.Scenarios.checkEquals;
import static dev.jevent.hub.sim.Scenarios.join;
import static dev.jevent.hub.sim.Scenarios.killSome;
import static dev.jevent.hub.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.testkit.Schedules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** Greenlets inside of what the JDK waits with, killed or not. Monitors are not here: the JDK wakes them from a thread of its own. */
class JdkWaitSchedulesTest {
    @Test
    void aKillLeavesNoLockBehind() {
        Schedules.of(world -> {
            ReentrantLock lock = new ReentrantLock(world.oneIn(2));
            int[] inside = new int[1];
            List<Greenlet<Void>> workers = spawn(world, 2 + world.next(3), number -> {
                for (int round = 0; round < 2; round++) {
                    world.pause();
                    if (world.oneIn(2)) {
                        lock.lock();
                    } else {
                        lock.lockInterruptibly();
                    }
                    try {
                        checkEquals(++inside[0], 1, "inside");
                        world.pause();
                    } finally {
                        inside[0]--;
                        lock.unlock();
                    }
                }
            });
            killSome(world, workers, 2);
            join(world, workers);
            check(!lock.isLocked(), "locked in the end");
        }).run();
    }

    @Test
    void aKillTakesNoPermitAlong() {
        Schedules.of(world -> {
            Semaphore semaphore = new Semaphore(1, world.oneIn(2));
            List<Greenlet<Void>> workers = spawn(world, 2 + world.next(3), number -> {
                for (int round = 0; round < 2; round++) {
                    world.pause();
                    semaphore.acquire();
                    try {
                        world.pause();
                    } finally {
                        semaphore.release();
                    }
                }
            });
            killSome(world, workers, 2);
            join(world, workers);
            checkEquals(semaphore.availablePermits(), 1, "permits");
        }).run();
    }

    @Test
    void aKillTakesNoItemAlong() {
        Schedules.of(world -> {
            LinkedBlockingQueue<Integer> queue = new LinkedBlockingQueue<>(2);
            List<Integer> put = new ArrayList<>();
            List<Integer> taken = new ArrayList<>();
            List<Greenlet<Void>> workers = spawn(world, 4, number -> {
                for (int i = 0; i < 3; i++) {
                    world.pause();
                    if (number % 2 == 0) {
                        queue.put(number * 10 + i);
                        put.add(number * 10 + i);
                    } else {
                        taken.add(queue.take());
                    }
                }
            });
            killSome(world, workers.subList(0, 1), 1);
            killSome(world, workers.subList(1, 2), 1);
            for (int idle = 0; idle < 50; idle++) {
                world.pause();
            }
            world.hub().killAll(workers); // of those left over, some wait for ever
            join(world, workers);
            queue.drainTo(taken);
            Collections.sort(put);
            Collections.sort(taken);
            check(put.equals(taken), "put: " + put + ", taken: " + taken);
        }).run();
    }

    @Test
    void futuresCompletedByOthersWakeEverybody() {
        Schedules.of(world -> {
            CompletableFuture<Integer> future = new CompletableFuture<>();
            int[] got = new int[1];
            List<Greenlet<Void>> waiters = spawn(world, 1 + world.next(4), number -> {
                world.pause();
                checkEquals(future.get(), 42, "value");
                got[0]++;
            });
            if (world.oneIn(8)) {
                world.foreign(() -> future.complete(42));
            } else {
                spawn(world, 1, number -> {
                    world.pause();
                    future.complete(42);
                });
            }
            join(world, waiters);
            checkEquals(got[0], waiters.size(), "woken");
        }).run();
    }
}
