package dev.jevent.io.waits;

import static dev.jevent.io.waits.Waits.TICK;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.ByteInput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/** Reads what comes piece by piece, whatever brings it. */
abstract class Reading extends Waits.Scene {
    private static final int PIECES = 20;

    /** A stream with somebody at its other end. */
    interface Source {
        ByteInput input();

        void give(byte[] piece) throws IOException;

        void end() throws IOException;

        /** When it has ended, and nobody reads. */
        void close() throws IOException;
    }

    private final Source source;
    final ByteInput input;
    final ByteArrayOutputStream given = new ByteArrayOutputStream();
    private final Greenlet<Void> feeder;

    private Reading(Hub hub, Source source) {
        this.source = source;
        input = source.input();
        feeder = hub.spawn(() -> {
            for (int i = 0; i < PIECES; i++) {
                byte[] piece = ("piece " + i + "\n").getBytes(UTF_8);
                given.write(piece);
                source.give(piece);
                hub.sleep(TICK);
            }
            source.end();
        });
    }

    @Override
    public void close() throws IOException {
        feeder.join();
        source.close();
    }

    /** A few bytes at a time: what was read when a wait ends in between is what was given first. */
    static Reading inPieces(Hub hub, Source source) {
        return new Reading(hub, source) {
            private final ByteArrayOutputStream got = new ByteArrayOutputStream();
            private boolean ended;

            @Override
            void go() throws Exception {
                byte[] into = new byte[5];
                while (!ended) {
                    int count = input.read(into);
                    ended = count < 0;
                    got.write(into, 0, Math.max(0, count));
                }
            }

            @Override
            void halfWay() {
                assertThat(got.toByteArray()).isEqualTo(Arrays.copyOf(given.toByteArray(), got.size()));
            }

            @Override
            void over() {
                assertThat(got.toByteArray()).isEqualTo(given.toByteArray());
            }
        };
    }

    /** All at once: what was read when a wait ends in between is there for the next call. */
    static Reading ofAll(Hub hub, Source source) {
        return new Reading(hub, source) {
            private byte[] all;

            @Override
            void go() throws Exception {
                if (all == null) {
                    all = input.readAllBytes();
                }
            }

            @Override
            void over() {
                assertThat(all).isEqualTo(given.toByteArray());
            }
        };
    }
}
