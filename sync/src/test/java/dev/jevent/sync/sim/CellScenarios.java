package dev.jevent.sync.sim;

import static dev.jevent.sync.sim.Scenarios.check;
import static dev.jevent.sync.sim.Scenarios.checkEquals;
import static dev.jevent.sync.sim.Scenarios.join;
import static dev.jevent.sync.sim.Scenarios.killSome;
import static dev.jevent.sync.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.testkit.Schedules;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** What a value that comes later promises. */
final class CellScenarios {
    private CellScenarios() {}

    /** Of all who set it one wins, and everybody gets that value. */
    static Schedules.Scenario setOnceForAll(Supplier<Cell> maker) {
        return world -> {
            Cell cell = maker.get();
            AtomicInteger winner = new AtomicInteger(-1);
            AtomicInteger wins = new AtomicInteger();
            List<Greenlet<Void>> getters = spawn(world, 1 + world.next(4), number -> {
                world.pause();
                Integer got = cell.get(world.oneIn(3) ? world.delay() : null);
                if (got != null) {
                    checkEquals(got, winner.get(), "got");
                }
            });
            List<Greenlet<Void>> setters = spawn(world, 1 + world.next(3), number -> {
                world.pause();
                if (cell.trySet(number)) {
                    winner.set(number);
                    wins.incrementAndGet();
                }
            });
            if (world.oneIn(16)) {
                world.foreign(() -> {
                    if (cell.trySet(100)) {
                        winner.set(100);
                        wins.incrementAndGet();
                    }
                });
            }
            killSome(world, getters, 1);
            join(world, getters);
            join(world, setters);
            checkEquals(wins.get(), 1, "settings that won");
            Integer last = cell.get(null);
            check(last == winner.get(), "in the end it is " + last + ", not " + winner);
        };
    }
}
