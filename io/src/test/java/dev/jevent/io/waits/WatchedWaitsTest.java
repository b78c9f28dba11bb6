package dev.jevent.io.waits;

import static dev.jevent.io.waits.Waits.TICK;
import static dev.jevent.io.waits.Waits.data;
import static dev.jevent.io.waits.Waits.drive;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.ByteInput;
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

    private static final class Piped implements Reading.Source {
        final PolledInput input;
        final PolledOutput output;

        Piped(Hub hub) throws IOException {
            Pipe pipe = hub.loop().channels().openPipe();
            input = PolledInput.of(pipe.source(), hub.loop().descriptorCalls(), "the input");
            output = PolledOutput.of(pipe.sink(), "the output");
        }

        @Override
        public ByteInput input() {
            return input;
        }

        @Override
        public void give(byte[] piece) throws IOException {
            output.write(piece);
        }

        @Override
        public void end() throws IOException {
            output.close();
        }

        @Override
        public void close() throws IOException {
            output.close();
            input.close();
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("reading a pipe that the loop watches")
    void read(Hub own) throws Exception {
        needsDescriptors(own);
        drive(10, hub -> Reading.inPieces(hub, new Piped(hub)));
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("reading all of a pipe that the loop watches")
    void readAll(Hub own) throws Exception {
        needsDescriptors(own);
        drive(10, hub -> Reading.ofAll(hub, new Piped(hub)));
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("writing to a pipe that the loop watches, and awaiting one's turn")
    void write(Hub own) throws Exception {
        needsDescriptors(own);
        byte[] data = data();
        drive(5, hub -> new Waits.Scene() {
            private final Piped pipe = new Piped(hub);
            private final ByteBuffer from = ByteBuffer.wrap(data);
            private final Greenlet<Integer> before = hub.spawn(() -> pipe.output.write(ByteBuffer.allocate(data.length)));
            private final ByteArrayOutputStream got = new ByteArrayOutputStream();
            private final Greenlet<Void> taking = hub.spawn(() -> {
                byte[] piece = new byte[20_000];
                for (int count; (count = pipe.input.read(piece)) >= 0; hub.sleep(TICK)) {
                    got.write(piece, 0, count);
                }
            });

            @Override
            void go() throws Exception {
                pipe.output.write(from);
            }

            @Override
            void over() throws Exception {
                assertThat(before.get()).isEqualTo(data.length);
                pipe.end();
                taking.get();
                assertThat(Arrays.copyOf(got.toByteArray(), data.length)).containsOnly(0);
                assertThat(Arrays.copyOfRange(got.toByteArray(), data.length, got.size())).isEqualTo(data);
            }

            @Override
            public void close() throws IOException {
                pipe.close();
            }
        });
    }
}
