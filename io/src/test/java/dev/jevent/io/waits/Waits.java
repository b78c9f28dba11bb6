package dev.jevent.io.waits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.sync.Timeout;
import dev.jevent.sync.TimeoutExpired;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

/**
 * What is done to a call whose waits are for native threads, processes or signals: it is ended in its first wait, its second and so on
 * until it ends unharmed, once by a kill and once by a {@link Timeout}; then the same call goes on where it was. What waits for the
 * network alone is in {@link dev.jevent.io.sim.DriveSchedulesTest}.
 */
final class Waits {
    static final int SIZE = 200_000;
    static final Duration TICK = Duration.ofMillis(1);

    private static final int TRIES = 3;
    private static final int MOST_TRIES = 1_000;

    private Waits() {}

    /** One call, and what it needs. */
    abstract static class Scene implements AutoCloseable {
        /** Does all that is left; called again after it was ended half-way. */
        abstract void go() throws Exception;

        /** It was ended: what it has done is known. */
        void halfWay() throws Exception {}

        /** It has ended well. */
        abstract void over() throws Exception;

        @Override
        public void close() throws IOException {}
    }

    interface Opening {
        Scene open(Hub hub) throws Exception;
    }

    /** @param least waits that the call has */
    static void drive(int least, Opening opening) throws Exception {
        for (boolean byTimeout : new boolean[] {false, true}) {
            CountedWaits.run((hub, waits) -> {
                hub.notErrors(TimeoutExpired.class::isInstance);
                int number = 0;
                boolean reached = true;
                while (reached) {
                    number++;
                    reached = false;
                    // A native thread may be so fast that there is nothing to wait for.
                    for (int tries = 0; tries < (number <= least ? MOST_TRIES : TRIES) && !reached; tries++) {
                        reached = inWait(number, byTimeout, hub, waits, opening);
                    }
                }
                assertThat(number - 1).as("waits").isGreaterThanOrEqualTo(least);
            });
        }
    }

    /** @return whether there is such a wait */
    private static boolean inWait(int number, boolean byTimeout, Hub hub, CountedWaits waits, Opening opening) throws Exception {
        boolean[] reached = new boolean[1];
        try (Scene scene = opening.open(hub)) {
            Greenlet<Void> victim = hub.spawn(scene::go);
            waits.at(victim, number, () -> {
                reached[0] = true;
                if (byTimeout) {
                    Timeout.startNew(Duration.ZERO);
                } else {
                    victim.killLater(new GreenletExit());
                }
            });
            victim.join();
            if (victim.exit() != null || victim.exception() instanceof TimeoutExpired) {
                assertThat(reached[0]).isTrue();
                scene.halfWay();
                hub.spawn(scene::go).get();
            } else {
                victim.get();
            }
            scene.over();
        }
        while (!hub.greenlets().isEmpty()) {
            hub.sleep(TICK); // those who end what was killed
        }
        return reached[0];
    }

    static byte[] data() {
        byte[] data = new byte[SIZE];
        new Random(5).nextBytes(data);
        return data;
    }

    static ByteBuffer[] split(byte[] data) {
        return new ByteBuffer[] {
            ByteBuffer.wrap(data, 0, 10).slice(), ByteBuffer.allocate(0), ByteBuffer.wrap(data, 10, 150_000).slice(),
            ByteBuffer.wrap(data, 150_010, SIZE - 150_010).slice()
        };
    }

    static int left(ByteBuffer... buffers) {
        return Arrays.stream(buffers).mapToInt(ByteBuffer::remaining).sum();
    }
}
