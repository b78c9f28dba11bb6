package dev.jevent.io.patch;

import dev.jevent.Hub;
import dev.jevent.Result;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A call that blocks, made on the pool of the greenlet's hub. Who waits is interrupted by a kill or a timeout, as in a JDK call:
 * it goes on at once, and the call goes on by itself.
 *
 * <p>It waits parked, and is unparked by the pool's thread itself. So it may be in a static initialiser, where
 * it keeps its hub's thread: no turn of the loop is needed to wake it.
 *
 * <pre>
 *   QUEUED ── a thread takes it ──▶ RUNNING ── it returns or throws ──▶ ANSWERED
 *     └── interrupted ──▶ ABANDONED ◀── interrupted ──┘ what it returns is given to abandoned()
 * </pre>
 */
abstract class Offloaded<V> implements Callable<Void> {
    private static final int QUEUED = 0;
    private static final int RUNNING = 1;
    private static final int ANSWERED = 2;
    private static final int ABANDONED = 3;

    /** While it is false, nothing of jevent is touched: the JVM may be starting. */
    private static volatile boolean on;

    private final Thread caller = Thread.currentThread();
    private final AtomicInteger state = new AtomicInteger(QUEUED);
    private V value;
    private Throwable thrown;

    static void on(boolean on) {
        if (on) {
            Hub.ifExists(); // finds the provider now, not in the middle of a file
        }
        Offloaded.on = on;
    }

    static boolean isOn() {
        return on;
    }

    interface Body<V> {
        V run() throws IOException;
    }

    /** Runs {@code body} on the pool if the caller has a hub, else here. What comes too late is dropped. */
    @Switches
    static <V> V call(Body<V> body) throws IOException {
        Hub hub = hub();
        return hub == null ? body.run() : new Offloaded<V>() {
            @Override
            V run() throws IOException {
                return body.run();
            }
        }.on(hub);
    }

    /** Null where a call blocks, as it does without jevent: also on main, where calls of the JDK do. */
    static Hub hub() {
        if (!on || !Thread.currentThread().isVirtual()) {
            return null;
        }
        Hub hub = Hub.ifExists();
        return hub == null || hub.isClosed() ? null : hub;
    }

    /** On the pool's thread. */
    abstract V run() throws IOException;

    /** On the pool's thread: nobody waits for {@code value} any more. */
    void abandoned(V value) throws IOException {}

    /** After the others, on the same thread: gives back what {@link #run} has taken. */
    void ended() {}

    private V runHere() throws IOException {
        try {
            return run();
        } finally {
            ended();
        }
    }

    /** @throws InterruptedIOException if it was interrupted, with the flag set */
    @Switches
    final V on(Hub hub) throws IOException {
        Result<Void> queued = hub.threadPool().trySpawn(this);
        if (queued == null) { // more than enough are queued; and to wait for a place needs a turn of the loop
            return runHere();
        }
        await(queued);
        if (thrown != null) {
            throw Offloaded.<RuntimeException>sneaky(thrown);
        }
        return value;
    }

    private void await(Result<Void> queued) throws IOException {
        while (state.get() != ANSWERED) {
            LockSupport.park(this);
            if (Thread.interrupted() && abandon(queued)) {
                throw interrupted();
            }
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted; the operation on the file goes on");
    }

    /** @return false if the answer is there */
    private boolean abandon(Result<Void> queued) {
        if (state.compareAndSet(QUEUED, ABANDONED)) {
            queued.cancel(false);
            return true;
        }
        if (state.compareAndSet(RUNNING, ABANDONED)) {
            return true;
        }
        Thread.currentThread().interrupt(); // found at the next wait
        return false;
    }

    @Override
    public final Void call() throws IOException {
        if (!state.compareAndSet(QUEUED, RUNNING)) {
            return null;
        }
        try {
            answer();
        } finally {
            ended();
        }
        return null;
    }

    private void answer() throws IOException {
        try {
            value = run();
        } catch (Throwable e) {
            thrown = e;
        }
        if (state.compareAndSet(RUNNING, ANSWERED)) {
            LockSupport.unpark(caller);
        } else if (thrown == null) {
            abandoned(value);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(Throwable error) throws T {
        throw (T) error;
    }

    @Override
    public String toString() {
        return "<an operation on a file>";
    }
}
