package dev.jevent.io.waits;

import static dev.jevent.io.waits.Waits.TICK;
import static dev.jevent.io.waits.Waits.data;
import static dev.jevent.io.waits.Waits.drive;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.ByteInput;
import dev.jevent.io.ThreadedInput;
import dev.jevent.io.ThreadedOutput;
import dev.jevent.testkit.HubTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.DisplayName;

/** Streams that a native thread blocks in. */
class ThreadedWaitsTest {
    private static final class Fed implements Reading.Source {
        private static final byte[] END = {};

        private final BlockingQueue<byte[]> food = new LinkedBlockingQueue<>();
        private final ThreadedInput input = new ThreadedInput(new Hungry(), "fed");

        /** Blocks as long as there is nothing. */
        private final class Hungry extends InputStream {
            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                try {
                    byte[] next = food.take();
                    System.arraycopy(next, 0, into, offset, next.length);
                    return next == END ? -1 : next.length;
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        }

        @Override
        public ByteInput input() {
            return input;
        }

        @Override
        public void give(byte[] piece) {
            food.add(piece);
        }

        @Override
        public void end() {
            food.add(END);
        }

        @Override
        public void close() throws IOException {
            input.close();
            end(); // for a thread that reads still
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("reading a stream that blocks")
    void threadedRead() throws Exception {
        drive(10, hub -> Reading.inPieces(hub, new Fed()));
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("reading all of a stream that blocks")
    void threadedReadAll() throws Exception {
        drive(10, hub -> Reading.ofAll(hub, new Fed()));
    }

    /** Takes what is written once it is let. */
    private static final class Slow extends OutputStream {
        final Semaphore gate = new Semaphore(0);
        final ByteArrayOutputStream taken = new ByteArrayOutputStream();

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            gate.acquireUninterruptibly();
            taken.write(from, offset, length);
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("writing to a stream that blocks")
    void threadedWrite() throws Exception {
        byte[] data = data();
        drive(8, hub -> new Waits.Scene() {
            private final Slow slow = new Slow();
            private final ThreadedOutput output = new ThreadedOutput(slow, "slow");
            private final ByteBuffer from = ByteBuffer.wrap(data);
            private final Greenlet<Void> letting = hub.spawn(() -> {
                for (int i = 0; i < 40; i++) {
                    hub.sleep(TICK);
                    slow.gate.release();
                }
            });

            @Override
            void go() throws Exception {
                output.write(from);
                output.flush();
            }

            @Override
            void halfWay() throws Exception {
                output.flush();
                assertThat(slow.taken.size()).as("once what was handed over is there").isEqualTo(from.position());
            }

            @Override
            void over() throws Exception {
                output.flush();
                assertThat(slow.taken.toByteArray()).isEqualTo(data);
            }

            @Override
            public void close() throws IOException {
                letting.join();
                output.close();
            }
        });
    }
}
