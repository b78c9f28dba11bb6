package dev.jevent.hub.sim;

import static dev.jevent.hub.sim.Scenarios.check;
import static dev.jevent.hub.sim.Scenarios.checkEquals;
import static dev.jevent.hub.sim.Scenarios.join;
import static dev.jevent.hub.sim.Scenarios.killSome;
import static dev.jevent.hub.sim.Scenarios.spawn;

import dev.jevent.Greenlet;
import dev.jevent.Interest;
import dev.jevent.Pollable;
import dev.jevent.Watcher;
import dev.jevent.testkit.Schedules;
import dev.jevent.testkit.SimulatedDescriptor;
import dev.jevent.testkit.World;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** What a loop promises to those who wait for readiness. */
final class ReadinessScenarios {
    private static final int READ = Interest.READ.mask();
    private static final int WRITE = Interest.WRITE.mask();

    /** Longer than anything takes here. */
    private static final Duration LONG = Duration.ofHours(20);

    private ReadinessScenarios() {}

    /** The reading end of something that bytes come out of. */
    private static final class Source {
        private final SimulatedDescriptor descriptor;
        private int available;
        private boolean closed;

        Source(World world) {
            descriptor = world.descriptor();
        }

        void write() {
            if (!closed) {
                available++;
                descriptor.ready(READ);
            }
        }

        int read(int most) {
            int got = Math.min(most, available);
            available -= got;
            if (available == 0) {
                descriptor.drain(READ);
            }
            return got;
        }

        void close(World world) {
            closed = true;
            world.hub().loop().closing(descriptor.pollable());
            descriptor.close();
        }
    }

    /** A reader gets every byte, whoever makes bytes come and when; whether it takes all there is before it waits or not. */
    static Schedules.Scenario everyByteArrives() {
        return world -> join(world, spawn(world, 1 + world.next(3), number -> {
            for (int round = 0; round < 2; round++) {
                oneConnection(world);
            }
        }));
    }

    private static void oneConnection(World world) {
        int bytes = 1 + world.next(4);
        Source source = new Source(world);
        List<Greenlet<Void>> writers = List.of();
        if (world.oneIn(8)) {
            Runnable[] steps = new Runnable[bytes];
            Arrays.fill(steps, (Runnable) source::write);
            world.foreign(steps);
        } else {
            writers = spawn(world, 1, number -> {
                for (int i = 0; i < bytes; i++) {
                    world.pause();
                    source.write();
                }
            });
        }
        try (Watcher.Io io = world.hub().loop().io(source.descriptor.pollable(), READ)) {
            int wakeups = 0;
            for (int read = 0; read < bytes; ) {
                if (source.available == 0 || world.oneIn(2)) {
                    world.hub().await(io); // for ever, if readiness is lost
                    check(++wakeups < 100, "woken again and again for nothing");
                }
                read += source.read(1 + world.next(2));
            }
        }
        join(world, writers);
        source.close(world);
    }

    /** Who waits for a descriptor that is closed goes on at once; who waits for the next owner of its number is left alone. */
    static Schedules.Scenario numbersAreUsedAgain() {
        return world -> {
            Source[] current = {new Source(world)};
            int[] generation = new int[1];
            List<Greenlet<Void>> readers = spawn(world, 1 + world.next(2), number -> {
                for (int round = 0; round < 2; round++) {
                    Source mine = current[0];
                    boolean neverWritten = generation[0] % 2 == 1;
                    try (Watcher.Io io = world.hub().loop().io(mine.descriptor.pollable(), READ)) {
                        Duration limit = world.oneIn(2) ? world.delay() : LONG;
                        boolean woken = world.hub().await(io, limit);
                        check(!woken || !neverWritten || mine.closed, "woken by an event of an earlier owner");
                        check(woken || limit != LONG, "not woken by the close");
                    }
                    world.pause();
                }
            });
            killSome(world, readers, 1);
            for (int i = 0; i < 4; i++) {
                world.pause();
                if (generation[0] % 2 == 0 && world.oneIn(2)) {
                    current[0].write();
                }
                current[0].close(world);
                generation[0]++;
                current[0] = new Source(world); // with the same number; every other one is never written to
            }
            while (readers.stream().anyMatch(reader -> !reader.dead())) {
                world.hub().sleep(Duration.ofMillis(1));
                world.hub().loop().closing(current[0].descriptor.pollable());
                current[0].closed = true;
            }
            join(world, readers);
            current[0].descriptor.close();
        };
    }

    /** Several watchers of one descriptor, each for its directions, started and stopped in any order. */
    static Schedules.Scenario severalWatchersOfOne() {
        return world -> {
            SimulatedDescriptor descriptor = world.descriptor();
            Pollable pollable = descriptor.pollable();
            int[] masks = {READ, WRITE, Interest.BOTH};
            List<Greenlet<Void>> waiters = spawn(world, 2 + world.next(3), number -> {
                int mask = masks[number % masks.length];
                for (int round = 0; round < 3; round++) {
                    world.pause();
                    try (Watcher.Io io = world.hub().loop().io(pollable, mask)) {
                        boolean woken = world.hub().await(io, world.delay());
                        check(!woken || (io.ready() & ~mask) == 0, "ready for what it didn't ask for");
                    }
                }
                // and at last one that must come
                try (Watcher.Io io = world.hub().loop().io(pollable, mask)) {
                    check(world.hub().await(io, LONG), "readiness for " + mask + " was lost");
                }
            });
            for (int i = 0; i < 6; i++) {
                world.pause();
                int mask = 1 + world.next(3);
                if (world.oneIn(2)) {
                    descriptor.ready(mask);
                } else {
                    descriptor.drain(mask);
                }
            }
            descriptor.ready(Interest.BOTH);
            join(world, waiters);
            world.settle();
            checkEquals(world.hub().loop().statistics().active(), 0, "active watchers");
            world.hub().loop().closing(pollable);
            descriptor.close();
        };
    }
}
