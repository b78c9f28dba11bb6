package dev.jevent.sync.sim;

import static dev.jevent.sync.sim.Scenarios.check;
import static dev.jevent.sync.sim.Scenarios.join;
import static dev.jevent.sync.sim.Scenarios.killSome;
import static dev.jevent.sync.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.testkit.Schedules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/** What a queue that holds nothing promises. */
final class ChannelScenarios {
    private ChannelScenarios() {}

    /** An item whose sender goes on was received, once; one whose sender gave up or was killed was not. */
    static Schedules.Scenario bothMeetOrNeither(Supplier<Box> maker) {
        return world -> {
            Box channel = maker.get();
            List<Integer> sent = new ArrayList<>();
            List<Integer> received = new ArrayList<>();
            List<Greenlet<Void>> workers = spawn(world, 2 + world.next(4), number -> {
                for (int i = 0; i < 3; i++) {
                    world.pause();
                    if (number % 2 == 0) {
                        Integer item = number * 10 + i;
                        if (world.oneIn(4) ? channel.tryPut(item) : channel.put(item, world.delay())) {
                            sent.add(item);
                        }
                    } else {
                        Integer item = world.oneIn(4) ? channel.tryTake() : channel.take(world.delay());
                        if (item != null) {
                            received.add(item);
                        }
                    }
                }
            });
            killSome(world, workers, 2);
            join(world, workers);
            Collections.sort(sent);
            Collections.sort(received);
            check(sent.equals(received), "sent: " + sent + ", received: " + received);
        };
    }

    /** The code of a receiver goes on before that of its sender. [B-CHA-01] */
    static Schedules.Scenario receiverGoesFirst(Supplier<Box> maker) {
        return world -> {
            Box channel = maker.get();
            List<Integer> received = new ArrayList<>();
            int pairs = 1 + world.next(2);
            List<Greenlet<Void>> workers = spawn(world, 2 * pairs, number -> {
                for (int i = 0; i < 3; i++) {
                    world.pause();
                    if (number % 2 == 0) {
                        Integer item = number * 10 + i;
                        channel.put(item, null);
                        check(received.contains(item), "the sender of " + item + " went on before its receiver");
                    } else {
                        received.add(channel.take(null));
                    }
                }
            });
            join(world, workers);
        };
    }
}
