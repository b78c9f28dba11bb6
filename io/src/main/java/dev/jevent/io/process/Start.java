package dev.jevent.io.process;

import dev.jevent.Hub;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The start of one process on a native thread, which whoever wanted it may have given up meanwhile.
 *
 * <pre>
 *   PENDING ── the process is there ──▶ STARTED ── abandon() ──▶ ABANDONED, the process is killed
 *    └── abandon() ──▶ ABANDONED: no process is started, or it is killed at once
 * </pre>
 */
final class Start implements Callable<Subprocess> {
    private static final Object PENDING = new Object();
    private static final Object ABANDONED = new Object();

    private final Launcher launcher;
    private final ProcessBuilder builder;
    private final Charset charset;
    private final Hub hub;
    private final AtomicReference<Object> state = new AtomicReference<>(PENDING); // or the Subprocess

    Start(Launcher launcher, ProcessBuilder builder, Charset charset, Hub hub) {
        this.launcher = launcher;
        this.builder = builder;
        this.charset = charset;
        this.hub = hub;
    }

    @Override
    public Subprocess call() throws IOException {
        if (state.get() == ABANDONED) {
            return null;
        }
        Subprocess started = new Subprocess(builder.command(), charset, launcher.launch(builder), hub);
        started.watch();
        if (!state.compareAndSet(PENDING, started)) {
            discard(started);
        }
        return started;
    }

    void abandon() throws IOException {
        if (state.getAndSet(ABANDONED) instanceof Subprocess started) {
            discard(started);
        }
    }

    private static void discard(Subprocess started) throws IOException {
        started.kill();
        started.closePipes();
    }

    /** Throws what starting failed with. Never returns an unchecked one. */
    static IOException thrown(Throwable cause) {
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return (IOException) cause;
    }
}
