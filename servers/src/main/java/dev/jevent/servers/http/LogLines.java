package dev.jevent.servers.http;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Writes lines to a stream from a thread of its own, so that nobody waits for a disk or a terminal: for an {@link AccessLog}.
 *
 * <pre>{@code
 * server.accessLog(AccessLog.combined(new LogLines(System.out)));
 * }</pre>
 *
 * <p>Lines that come faster than they can be written wait, up to a limit; beyond it they are lost, and {@link #lost()} counts them.
 */
@AnyThread
public final class LogLines implements Consumer<String>, AutoCloseable {
    /** Lines that may wait. */
    static final int ROOM = 10_000;

    private final OutputStream out;
    private final ConcurrentLinkedQueue<String> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicLong lost = new AtomicLong();
    private final Thread writer;
    private volatile boolean asleep;
    private volatile boolean closed;
    private volatile IOException failure;

    /** @param out stays open when this is closed */
    @SuppressWarnings("this-escape") // the thread starts last
    public LogLines(OutputStream out) {
        this.out = new BufferedOutputStream(Objects.requireNonNull(out, "out"), 1 << 16);
        this.writer = Thread.ofPlatform().daemon().name("jevent-log").start(this::write);
    }

    /** Has {@code line}, which has no end, written soon. */
    @Override
    @NeverSwitches
    public void accept(String line) {
        if (closed || failure != null || size.get() >= ROOM) {
            lost.getAndIncrement();
            return;
        }
        size.getAndIncrement();
        waiting.add(line);
        if (asleep) {
            LockSupport.unpark(writer);
        }
    }

    /** Lines that nobody wrote: too many waited, the stream had failed, or this was closed. */
    @NeverSwitches
    public long lost() {
        return lost.get();
    }

    private void write() {
        try {
            for (;;) {
                String line = waiting.poll();
                if (line != null) {
                    size.getAndDecrement();
                    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                } else if (closed) {
                    out.flush();
                    return;
                } else {
                    out.flush();
                    asleep = true;
                    if (waiting.isEmpty() && !closed) {
                        LockSupport.park(this);
                    }
                    asleep = false;
                }
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    /**
     * Waits until all lines are written. On a hub's thread that isn't in a greenlet, this stops the hub.
     *
     * @throws UncheckedIOException what the stream failed with
     */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(writer);
        boolean interrupted = false;
        while (writer.isAlive()) {
            try {
                writer.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        IOException why = failure;
        if (why != null) {
            throw new UncheckedIOException("the log cannot be written", why);
        }
    }
}
