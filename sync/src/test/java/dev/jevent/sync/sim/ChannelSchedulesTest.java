package dev.jevent.sync.sim;

import static dev.jevent.sync.sim.Scenarios.check;
import static dev.jevent.sync.sim.Scenarios.join;
import static dev.jevent.sync.sim.Scenarios.killSome;
import static dev.jevent.sync.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.sync.Channel;
import dev.jevent.sync.Select;
import dev.jevent.testkit.Schedules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChannelSchedulesTest {
    @Test
    void bothMeetOrNeither() {
        Schedules.of(ChannelScenarios.bothMeetOrNeither(Box.channel())).run();
    }

    @Test
    void theReceiverGoesFirst() {
        Schedules.of(ChannelScenarios.receiverGoesFirst(Box.channel())).run();
    }

    @Test
    void selectSendsOrReceivesExactlyOnce() {
        Schedules.of(world -> {
            List<Channel<Integer>> channels = List.of(new Channel<>(), new Channel<>(), new Channel<>());
            List<Integer> sent = new ArrayList<>();
            List<Integer> received = new ArrayList<>();
            List<Greenlet<Void>> workers = spawn(world, 4, number -> {
                Select select = new Select();
                Select.Receive<Integer> from = select.onTake(channels.get(world.next(3)));
                Select.Receive<Integer> alsoFrom = select.onTake(channels.get(world.next(3)));
                Select.Send<Integer> to = select.onPut(channels.get(number % 3));
                for (int i = 0; i < 3; i++) {
                    world.pause();
                    Integer item = number * 10 + i;
                    to.item(world.oneIn(3) ? null : item);
                    Select.Case chosen = select.await(world.delay());
                    if (chosen == to) {
                        sent.add(item);
                    } else if (chosen == from) {
                        received.add(from.item());
                    } else if (chosen == alsoFrom) {
                        received.add(alsoFrom.item());
                    }
                }
            });
            List<Greenlet<Void>> plain = spawn(world, 3, number -> {
                for (int i = 0; i < 3; i++) {
                    world.pause();
                    Channel<Integer> channel = channels.get(world.next(3));
                    Integer item = 100 + number * 10 + i;
                    if (world.oneIn(2)) {
                        if (channel.put(item, world.delay())) {
                            sent.add(item);
                        }
                    } else {
                        Integer got = channel.take(world.delay());
                        if (got != null) {
                            received.add(got);
                        }
                    }
                }
            });
            killSome(world, workers, 1);
            killSome(world, plain, 1);
            join(world, workers);
            join(world, plain);
            Collections.sort(sent);
            Collections.sort(received);
            check(sent.equals(received), "sent: " + sent + ", received: " + received);
            for (Channel<Integer> channel : channels) {
                check(channel.balance() == 0, "somebody is still registered with " + channel);
            }
        }).run();
    }
}
