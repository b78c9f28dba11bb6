package dev.jevent.sync.sim;

import static dev.jevent.sync.sim.Scenarios.check;
import static dev.jevent.sync.sim.Scenarios.checkEquals;
import static dev.jevent.sync.sim.Scenarios.join;
import static dev.jevent.sync.sim.Scenarios.killSome;
import static dev.jevent.sync.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.sync.Group;
import dev.jevent.sync.Pool;
import dev.jevent.sync.PoolFullException;
import dev.jevent.sync.Results;
import dev.jevent.testkit.Schedules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class MapSchedulesTest {
    private static final class Planned extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** However slots are asked for, given up and discarded: never one too many, and all free at the end. */
    @Test
    void slotsAreConserved() {
        Schedules.of(world -> {
            Pool pool = new Pool(1 + world.next(3));
            int[] running = new int[1];
            List<Greenlet<Void>> members = new ArrayList<>();
            List<Greenlet<Void>> spawners = spawn(world, 4, number -> {
                for (int i = 0; i < 3; i++) {
                    world.pause();
                    Greenlet<Void> member = new Greenlet<>(() -> {
                        check(++running[0] <= pool.maxSize(), running[0] + " run in " + pool);
                        try {
                            world.pause();
                        } finally {
                            running[0]--;
                        }
                        return null;
                    });
                    switch (world.next(4)) {
                        case 0 -> pool.start(member);
                        case 1 -> pool.tryStart(member);
                        case 2 -> {
                            try {
                                Duration limit = world.delay();
                                pool.start(member, limit == null ? Duration.ZERO : limit);
                            } catch (PoolFullException e) {
                                // the time was over
                            }
                        }
                        default -> member = pool.applyAsync(() -> {
                            check(++running[0] <= pool.maxSize(), running[0] + " run in " + pool);
                            try {
                                world.pause();
                            } finally {
                                running[0]--;
                            }
                            return null;
                        });
                    }
                    if (member.started() || pool.contains(member)) {
                        members.add(member);
                    }
                }
            });
            killSome(world, spawners, 2);
            if (!members.isEmpty()) {
                killSome(world, members, 2);
            }
            if (world.oneIn(4)) {
                pool.kill();
            }
            join(world, spawners);
            pool.join();
            join(world, members);
            checkEquals(running[0], 0, "running");
            checkEquals(pool.freeCount(), pool.maxSize(), "free slots");
            check(pool.statistics().equals(new Pool.Statistics(pool.maxSize(), 0, 0, 0, false)), pool.statistics().toString());
        }).oneIn(4).run();
    }

    /** Who waits for a slot gets one, or is told that there will be none. */
    @Test
    void nobodyWaitsForAFreeSlot() {
        Schedules.of(world -> {
            Pool pool = new Pool(1);
            int[] refused = new int[1];
            int[] ran = new int[1];
            List<Greenlet<Void>> spawners = spawn(world, 4, number -> {
                world.pause();
                try {
                    pool.spawn(() -> {
                        world.pause();
                        ran[0]++;
                    });
                } catch (RejectedExecutionException e) {
                    refused[0]++;
                }
            });
            boolean shutdown = world.oneIn(2);
            if (shutdown) {
                world.pause();
                pool.shutdown();
            }
            join(world, spawners);
            pool.join();
            checkEquals(ran[0] + refused[0], 4, "ran or refused");
            check(shutdown || refused[0] == 0, "refused without shutdown");
        }).oneIn(4).run();
    }

    /** The results are those of the items, in order, whatever is killed; what was killed is said to be. */
    @Test
    void mapsGiveEachItemItsResult() {
        Schedules.of(world -> {
            Pool pool = new Pool(1 + world.next(3));
            boolean ordered = world.oneIn(2);
            int window = world.oneIn(2) ? Integer.MAX_VALUE : 1 + world.next(3);
            List<Integer> input = List.of(0, 1, 2, 3, 4, 5, 6);
            boolean[] begun = new boolean[input.size()];
            int[] failed = {-1};
            if (world.oneIn(3)) {
                failed[0] = world.next(input.size());
            }
            Results<Integer> results = ordered
                    ? pool.imap(input, i -> work(world, begun, failed, i), window)
                    : pool.imapUnordered(input, i -> work(world, begun, failed, i), window);
            boolean killing = world.oneIn(3);
            List<Greenlet<Void>> killers = spawn(world, 1, number -> {
                world.pause();
                if (killing && !pool.isEmpty()) {
                    pool.killOneLater(pool.members().get(world.next(pool.size())), new GreenletExit());
                }
            });
            int[] outcomes = new int[3]; // results, failures, kills
            Integer last = -1;
            while (results.hasNext()) {
                if (world.oneIn(3)) {
                    world.pause();
                }
                try {
                    Integer result = results.next();
                    check(!ordered || result > last, result + " after " + last);
                    last = result;
                    outcomes[0]++;
                } catch (Planned e) {
                    outcomes[1]++;
                } catch (CancellationException e) {
                    outcomes[2]++;
                }
            }
            join(world, killers);
            checkEquals(Arrays.stream(outcomes).sum(), input.size(), "outcomes");
            check(outcomes[1] <= (failed[0] < 0 ? 0 : 1), "failures: " + outcomes[1]);
            check(outcomes[2] <= (killing ? 1 : 0), "kills: " + outcomes[2]);
            pool.join();
            checkEquals(pool.freeCount(), pool.maxSize(), "free slots");
        }).oneIn(4).run();
    }

    private static Integer work(dev.jevent.testkit.World world, boolean[] begun, int[] failed, int item) {
        check(!begun[item], "item " + item + " was begun twice");
        begun[item] = true;
        world.pause();
        if (item == failed[0]) {
            throw new Planned();
        }
        return item;
    }

    /** When a scope is left nothing of it lives, nothing hits its owner later, and the first error comes out. */
    @Test
    void nothingOutlivesAScope() {
        Schedules.of(world -> {
            int[] live = new int[1];
            List<Greenlet<Void>> owners = spawn(world, 2, number -> {
                Group[] scope = new Group[1];
                int failing = world.next(5); // one of the members, the body, or nobody
                try {
                    Group.<Void, RuntimeException>scoped(group -> {
                        scope[0] = group;
                        for (int i = 0; i < 3; i++) {
                            int member = i;
                            group.spawn(() -> {
                                live[0]++;
                                try {
                                    world.pause();
                                    world.pause();
                                    if (member == failing) {
                                        throw new Planned();
                                    }
                                } finally {
                                    live[0]--;
                                }
                            });
                            if (world.oneIn(2)) {
                                world.pause();
                            }
                        }
                        if (failing == 3) {
                            throw new Planned();
                        }
                        return null;
                    });
                    check(failing > 3, "the error of " + failing + " was lost");
                } catch (Planned e) {
                    checkEquals(failing, 3, "whose error came out");
                } catch (ExecutionException e) {
                    check(failing < 3 && e.getCause() instanceof Planned, "failing: " + failing + ", came out: " + e);
                } finally {
                    check(scope[0] == null || scope[0].isEmpty(), "members are left");
                }
                world.pause(); // a stray error would hit here
                world.pause();
            });
            boolean killing = world.oneIn(3);
            if (killing) {
                killSome(world, owners, 1);
            }
            join(world, owners);
            check(killing || owners.stream().allMatch(owner -> owner.exit() == null), "an owner was hit by a stray kill");
            checkEquals(live[0], 0, "live members");
        }).tolerate(Planned.class).oneIn(4).run();
    }
}
