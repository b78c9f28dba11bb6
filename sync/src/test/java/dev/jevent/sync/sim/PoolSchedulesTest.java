package dev.jevent.sync.sim;

import static dev.jevent.sync.sim.Scenarios.check;
import static dev.jevent.sync.sim.Scenarios.checkEquals;
import static dev.jevent.sync.sim.Scenarios.join;
import static dev.jevent.sync.sim.Scenarios.killSome;
import static dev.jevent.sync.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.sync.Group;
import dev.jevent.sync.Pool;
import dev.jevent.sync.Results;
import dev.jevent.testkit.Schedules;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PoolSchedulesTest {
    @Test
    void slotsAreConserved() {
        Schedules.of(PoolScenarios.slotsAreConserved(Slots.real())).tolerate(PoolScenarios.Failure.class).run();
    }

    @Test
    void aGroupForgetsMembersThatEndedAndNoOthers() {
        Schedules.of(world -> {
            Group group = new Group();
            List<Greenlet<Void>> members = new ArrayList<>();
            List<Greenlet<Void>> spawners = spawn(world, 2, number -> {
                for (int i = 0; i < 3; i++) {
                    world.pause();
                    members.add(group.spawn(world::pause));
                }
            });
            killSome(world, spawners, 1);
            for (int i = 0; i < 3; i++) {
                world.pause();
                for (Greenlet<Void> member : members) {
                    check(group.contains(member) || member.dead(), "forgot " + member + ", which lives");
                }
                if (world.oneIn(4)) {
                    group.kill();
                    break;
                }
            }
            join(world, spawners);
            group.join();
            join(world, members);
            checkEquals(group.size(), 0, "members in the end");
        }).run();
    }

    @Test
    void mappingKeepsTheOrderAndTheLimit() {
        Schedules.of(world -> {
            int slots = 1 + world.next(3);
            Pool pool = new Pool(slots);
            int[] running = new int[1];
            List<Integer> items = IntStream.range(0, 1 + world.next(6)).boxed().toList();
            List<Integer> mapped = pool.map(items, item -> {
                check(++running[0] <= slots, running[0] + " run in " + slots + " slots");
                world.pause();
                running[0]--;
                return item * 10;
            });
            check(mapped.equals(items.stream().map(item -> item * 10).toList()), "mapped: " + mapped);
            pool.join();
        }).run();
    }

    @Test
    void resultsComeOnceAndNotTooManyAhead() {
        Schedules.of(world -> {
            Pool pool = new Pool(1 + world.next(3));
            boolean ordered = world.oneIn(2);
            int window = 1 + world.next(3);
            int[] begun = new int[1];
            int[] taken = new int[1];
            List<Integer> items = IntStream.range(0, 1 + world.next(6)).boxed().toList();
            List<Integer> got = new ArrayList<>();
            int most = world.oneIn(4) ? world.next(items.size() + 1) : items.size();
            try (Results<Integer> results = ordered
                    ? pool.imap(items, item -> begin(world, begun, taken, window, item), window)
                    : pool.imapUnordered(items, item -> begin(world, begun, taken, window, item), window)) {
                while (got.size() < most && results.hasNext()) {
                    got.add(results.next());
                    taken[0]++;
                    world.pause();
                }
            }
            pool.join();
            check(got.stream().distinct().count() == got.size(), "some came twice: " + got);
            check(!ordered || got.equals(items.subList(0, got.size())), "came in the order " + got);
            check(got.size() == most, "of " + most + " only " + got);
        }).run();
    }

    private static Integer begin(
            dev.jevent.testkit.World world, int[] begun, int[] taken, int window, Integer item) {
        begun[0]++;
        check(begun[0] - taken[0] <= window + 1, begun[0] + " begun, " + taken[0] + " taken, window " + window);
        world.pause();
        return item;
    }
}
