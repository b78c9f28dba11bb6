package dev.jevent.io.process;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Waiter;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.ByteInput;
import dev.jevent.io.ByteOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@link Subprocess#communicate} has written and read. Its state is exact at each point where the greenlet that writes or
 * reads may be killed, so that the next call goes on from there.
 */
final class Communication {
    private static final int PIECE = 16 * 1024;

    private final ByteOutput stdin;
    private final Gathered output;
    private final Gathered errorOutput;
    private ByteBuffer input; // what is left to write; null before the first call
    private boolean running;

    Communication(Launched launched) {
        stdin = launched.stdin();
        output = launched.stdout() == null ? null : new Gathered(launched.stdout());
        errorOutput = launched.stderr() == null ? null : new Gathered(launched.stderr());
    }

    void begin(Subprocess process, byte[] given) {
        if (given != null && stdin == null) {
            throw new IllegalArgumentException("input: given, but the input of " + process + " is no pipe");
        }
        if (running) {
            throw new IllegalStateException("communicate: another greenlet communicates with " + process);
        }
        if (input == null) {
            input = ByteBuffer.wrap(given == null ? new byte[0] : given.clone());
        } else if (given != null) {
            throw new IllegalStateException("input: given again, after the first call of communicate with " + process
                    + "; go on without");
        }
    }

    /** @return false if the time was over before */
    @Switches
    boolean run(Subprocess process, long nanos) throws IOException {
        long since = nanos < 0 ? 0 : Waiter.current().nanoTime();
        Hub hub = Hub.current();
        List<Greenlet<Throwable>> helpers = new ArrayList<>(3);
        running = true;
        try {
            if (stdin != null && !input.hasRemaining()) {
                feed();
            } else if (stdin != null) {
                helpers.add(hub.spawn(() -> failureOf(this::feed)));
            }
            for (Gathered each : new Gathered[] {output, errorOutput}) {
                if (each != null) {
                    helpers.add(hub.spawn(() -> failureOf(each::gather)));
                }
            }
            return awaitHelpers(hub, helpers, nanos) && awaitEnd(process, nanos, since);
        } finally {
            end(hub, helpers);
            running = false;
        }
    }

    private static boolean awaitHelpers(Hub hub, List<Greenlet<Throwable>> helpers, long nanos) throws IOException {
        int left = helpers.size();
        try (Hub.Ready<Greenlet<Throwable>> ended = hub.iwait(helpers, nanos < 0 ? null : Duration.ofNanos(nanos))) {
            while (left > 0 && ended.hasNext()) {
                Throwable failure = ended.next().value();
                if (failure != null) {
                    throw Start.thrown(failure);
                }
                left--;
            }
        }
        return left == 0;
    }

    private static boolean awaitEnd(Subprocess process, long nanos, long since) {
        if (nanos < 0) {
            process.waitFor();
            return true;
        }
        return process.waitFor(Duration.ofNanos(Math.max(0, nanos - (Waiter.current().nanoTime() - since))));
    }

    /** The helpers end before this does, so that nobody else reads afterwards. */
    private static void end(Hub hub, List<Greenlet<Throwable>> helpers) {
        helpers.removeIf(Greenlet::dead);
        if (helpers.isEmpty()) {
            return;
        }
        try {
            Greenlet.shielded(() -> {
                hub.killAll(helpers);
                return null;
            });
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e); // killAll declares none
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    /** A helper's error is for whoever communicates, not for the hub. */
    private static Throwable failureOf(Step step) {
        try {
            step.run();
            return null;
        } catch (IOException | RuntimeException e) {
            return e;
        }
    }

    /** That the program has closed its input, or ended, is no error: it needed no more. */
    private void feed() throws IOException {
        try {
            if (input.hasRemaining() && stdin.isOpen()) {
                stdin.write(input);
            }
            if (stdin.isOpen()) {
                stdin.close();
            }
        } catch (SocketTimeoutException e) {
            throw e; // of a limit set on stdin itself
        } catch (IOException e) {
            input.position(input.limit()); // a broken pipe is the one thing that goes wrong with a pipe
            stdin.close();
        }
    }

    /** Everything that a program wrote to one pipe. */
    private static final class Gathered {
        private final ByteInput pipe;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(0);
        private byte[] piece;
        private boolean ended;

        Gathered(ByteInput pipe) {
            this.pipe = pipe;
        }

        void gather() throws IOException {
            while (!ended) {
                if (piece == null) {
                    piece = new byte[PIECE];
                }
                int count = pipe.read(piece, 0, PIECE);
                if (count < 0) {
                    ended = true;
                    piece = null;
                    pipe.close();
                } else {
                    bytes.write(piece, 0, count); // no switch since the read
                }
            }
        }

        @NeverSwitches
        void takeRest() throws IOException {
            while (!ended && pipe.isOpen() && pipe.available() > 0) {
                byte[] rest = new byte[pipe.available()];
                bytes.write(rest, 0, pipe.tryRead(ByteBuffer.wrap(rest)));
            }
        }
    }

    /** What came after the last read, without waiting. */
    @NeverSwitches
    void takeRest() throws IOException {
        for (Gathered each : new Gathered[] {output, errorOutput}) {
            if (each != null) {
                each.takeRest();
            }
        }
    }

    /** So far; null if it isn't a pipe. */
    byte[] output() {
        return output == null ? null : output.bytes.toByteArray();
    }

    byte[] errorOutput() {
        return errorOutput == null ? null : errorOutput.bytes.toByteArray();
    }
}
