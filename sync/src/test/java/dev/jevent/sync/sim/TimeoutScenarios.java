package dev.jevent.sync.sim;

import static dev.jevent.sync.sim.Scenarios.check;
import static dev.jevent.sync.sim.Scenarios.join;
import static dev.jevent.sync.sim.Scenarios.killSome;
import static dev.jevent.sync.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.testkit.Schedules;
import dev.jevent.testkit.World;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** What a scope with a time limit promises. */
final class TimeoutScenarios {
    private TimeoutScenarios() {}

    /**
     * A scope ends with its body or with its timeout, not before its time, and nothing of it hits what comes afterwards.
     * An outer scope ends an inner one, and is not taken for it.
     */
    static Schedules.Scenario oneOutcomeEach(Limit scope) {
        return world -> {
            List<Greenlet<Void>> workers = spawn(world, 1 + world.next(3), number -> {
                for (int round = 0; round < 2; round++) {
                    nested(world, scope, 1 + world.next(2));
                    world.pause(); // a late error would hit here
                    world.hub().sleep(Duration.ofHours(2));
                }
            });
            killSome(world, workers, 1);
            join(world, workers);
        };
    }

    private static void nested(World world, Limit scope, int depth) {
        Duration began = world.elapsed();
        Duration limit = world.delay();
        boolean[] ended = new boolean[1];
        boolean over = false;
        try {
            scope.run(limit, () -> {
                if (depth > 1) {
                    nested(world, scope, depth - 1);
                }
                world.hub().sleep(world.delay());
                if (world.oneIn(2)) {
                    world.hub().sleep(world.delay());
                }
                ended[0] = true;
            });
        } catch (TimeoutException e) {
            over = true;
        }
        check(over != ended[0], over ? "timed out though its body ended" : "neither ended nor timed out");
        check(!over || world.elapsed().minus(began).compareTo(limit) >= 0, "timed out too early");
    }
}
