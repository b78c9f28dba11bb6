package dev.jevent.io.patch;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** {@link System#setOut} and {@link System#setErr}. */
final class StdoutPatch extends Patch {
    /** At the end of the process: whoever reads, and takes nothing for so long, gets no more. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final AtomicReference<Streams> OURS = new AtomicReference<>();

    StdoutPatch() {
        super("stdout", "System.out and System.err, to which a thread of their own writes");
    }

    private record Streams(QueuedPrintStream out, QueuedPrintStream err) {
        boolean areInUse() {
            return System.out == out && System.err == err;
        }

        boolean pumping() {
            return out.queue().pumping() && err.queue().pumping();
        }

        void pumping(boolean pumping) {
            out.queue().pumping(pumping);
            err.queue().pumping(pumping);
        }

        void drainAtExit() {
            try {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    out.queue().drain(PATIENCE);
                    err.queue().drain(PATIENCE);
                }, "jevent-last-output"));
            } catch (IllegalStateException e) {
                // it is the end already: other hooks run, and what they print, they write themselves
            }
        }
    }

    @Override
    public boolean on() {
        while (true) {
            Streams ours = OURS.get();
            if (ours != null && ours.areInUse()) {
                ours.pumping(true);
                return true;
            }
            Streams made = streams();
            if (OURS.compareAndSet(ours, made)) {
                made.pumping(true); // one of them may have been ours before
                System.setOut(made.out());
                System.setErr(made.err());
                made.drainAtExit();
                return true;
            }
        }
    }

    /** One queue for both keeps the order in which a program prints to them, and lets the one wait for the other. */
    private static Streams streams() {
        OutputQueue queue = new OutputQueue("jevent-stdout");
        QueuedPrintStream out = ours(queue, System.out);
        return new Streams(out, ours(mayBeSame() ? out.queue() : new OutputQueue("jevent-stderr"), System.err));
    }

    private static QueuedPrintStream ours(OutputQueue queue, PrintStream now) {
        return now instanceof QueuedPrintStream already ? already : new QueuedPrintStream(queue, now);
    }

    private static boolean mayBeSame() {
        try {
            return Files.isSameFile(Path.of("/dev/fd/1"), Path.of("/dev/fd/2"));
        } catch (IOException e) {
            return true; // no such files here, or one of the streams is closed
        }
    }

    /** Ours stay, for something may be on its way. */
    @Override
    public boolean off() {
        Streams ours = OURS.get();
        if (ours != null) {
            ours.pumping(false);
        }
        return true;
    }

    @Override
    public boolean isOn() {
        Streams ours = OURS.get();
        return ours != null && ours.areInUse() && ours.pumping();
    }

    @Override
    public String obstacle() {
        return null;
    }
}
