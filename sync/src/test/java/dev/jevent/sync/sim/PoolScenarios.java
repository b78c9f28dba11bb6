package dev.jevent.sync.sim;

import static dev.jevent.sync.sim.Scenarios.check;
import static dev.jevent.sync.sim.Scenarios.checkEquals;
import static dev.jevent.sync.sim.Scenarios.join;
import static dev.jevent.sync.sim.Scenarios.killSome;
import static dev.jevent.sync.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.testkit.Schedules;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** What a pool promises. */
final class PoolScenarios {
    private PoolScenarios() {}

    /** A failure that is expected. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failure() {
            super("expected", null, false, false);
        }
    }

    /**
     * Never more members than slots; a slot is free again however its member ended, or before it began; and so all who wait
     * for one get one. Needs {@link Failure}s to be tolerated.
     */
    static Schedules.Scenario slotsAreConserved(IntFunction<Slots> maker) {
        return world -> {
            int slots = 1 + world.next(2);
            Slots pool = maker.apply(slots);
            int[] running = new int[1];
            List<Greenlet<Void>> members = new ArrayList<>();
            List<Greenlet<Void>> spawners = spawn(world, 1 + world.next(3), number -> {
                for (int i = 0; i < 3; i++) {
                    if (world.oneIn(2)) {
                        world.pause();
                    }
                    members.add(pool.spawn(() -> {
                        check(++running[0] <= slots, running[0] + " run in " + slots + " slots");
                        try {
                            world.pause();
                            if (world.oneIn(4)) {
                                throw new Failure();
                            }
                        } finally {
                            running[0]--;
                        }
                    }));
                    check(pool.size() <= slots, pool.size() + " members of " + slots + " slots");
                }
            });
            killSome(world, spawners, 1);
            for (int kills = world.next(3); kills > 0; kills--) {
                world.pause();
                if (!members.isEmpty()) {
                    members.get(world.next(members.size())).killLater();
                }
            }
            join(world, spawners);
            pool.join();
            for (Greenlet<Void> member : members) {
                check(member.dead(), "join() returned though " + member + " lives");
                check(member.exception() == null || member.exception() instanceof Failure, "failed with " + member.exception());
            }
            checkEquals(pool.size(), 0, "members in the end");
            for (int i = 0; i < slots; i++) {
                members.add(pool.spawn(() -> {})); // the slots are free: this doesn't wait
            }
            checkEquals(pool.size(), slots, "members in all slots");
            pool.join();
        };
    }
}
