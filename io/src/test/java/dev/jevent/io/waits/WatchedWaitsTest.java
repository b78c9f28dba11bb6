package dev.jevent.io.waits;

import static dev.jevent.io.waits.Waits.TICK;
import static dev.jevent.io.waits.Waits.data;
import static dev.jevent.io.waits.Waits.drive;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.PolledInput;
import dev.jevent.io.PolledOutput;
import dev.jevent.testkit.HubTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;

/** Pipes that the loop watches. */
class WatchedWaitsTest {
    private static void needsDescriptors(Hub hub) {
        assumeTrue(hub.loop().descriptorCalls() != null, () -> "the loop " + hub.loop().name() + " watches no descriptors");
    }

    private abstract static class Piped extends Waits.Scene {
        final PolledInput input;
        final PolledOutput output;

        Piped(Hub hub) throws IOException {
            Pipe pipe = hub.loop().channels().openPipe();
            input = PolledInput.of(pipe.source(), hub.loop().descriptorCalls(), "the input");
            output = PolledOutput.of(pipe.sink(), "the output");
        }

        @Override
        public void close() throws IOException {
            output.close();
            input.close();
        }
    }

    private abstract static class Feeding extends Piped {
        private static final int PIECES = 20;

        final ByteArrayOutputStream given = new ByteArrayOutputStream();
        private final Greenlet<Void> feeder;

        Feeding(Hub hub) throws IOException {
            super(hub);
            feeder = hub.spawn(() -> {
                for (int i = 0; i < PIECES; i++) {
                    byte[] piece = ("piece " + i + "\n").getBytes(UTF_8);
                    given.write(piece);
                    output.write(piece);
                    hub.sleep(TICK);
                }
                output.close();
            });
        }

        @Override
        public void close() throws IOException {
            feeder.join();
            super.close();
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("reading a pipe that the loop watches")
    void read(Hub own) throws Exception {
        needsDescriptors(own);
        drive(10, hub -> new Feeding(hub) {
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
        });
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("reading all of a pipe that the loop watches")
    void readAll(Hub own) throws Exception {
        needsDescriptors(own);
        drive(10, hub -> new Feeding(hub) {
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
        });
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("writing to a pipe that the loop watches, and awaiting one's turn")
    void write(Hub own) throws Exception {
        needsDescriptors(own);
        byte[] data = data();
        drive(5, hub -> new Piped(hub) {
            private final ByteBuffer from = ByteBuffer.wrap(data);
            private final Greenlet<Integer> before = hub.spawn(() -> output.write(ByteBuffer.allocate(data.length)));
            private final ByteArrayOutputStream got = new ByteArrayOutputStream();
            private final Greenlet<Void> taking = hub.spawn(() -> {
                byte[] piece = new byte[20_000];
                for (int count; (count = input.read(piece)) >= 0; hub.sleep(TICK)) {
                    got.write(piece, 0, count);
                }
            });

            @Override
            void go() throws Exception {
                output.write(from);
            }

            @Override
            void over() throws Exception {
                assertThat(before.get()).isEqualTo(data.length);
                output.close();
                taking.get();
                assertThat(Arrays.copyOf(got.toByteArray(), data.length)).containsOnly(0);
                assertThat(Arrays.copyOfRange(got.toByteArray(), data.length, got.size())).isEqualTo(data);
            }
        });
    }
}
