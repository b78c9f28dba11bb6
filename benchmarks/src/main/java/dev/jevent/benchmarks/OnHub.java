package dev.jevent.benchmarks;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The hub of a benchmark's thread, which is its main. A benchmark method spawns the greenlets that do
 * {@link #OPERATIONS} operations and waits for them, so that spawning them is lost among the operations.
 */
@State(Scope.Thread)
public class OnHub {
    /** Of one call of a benchmark method. */
    public static final int OPERATIONS = 100_000;

    Hub hub;

    @Setup(Level.Trial)
    public void open() {
        hub = Hub.current();
    }

    @TearDown(Level.Trial)
    public void close() {
        hub.close();
    }

    /** Fails the benchmark if a greenlet failed. */
    static void join(Greenlet<?>... greenlets) {
        for (Greenlet<?> greenlet : greenlets) {
            greenlet.join();
            if (greenlet.exception() != null) {
                throw new IllegalStateException(greenlet.exception());
            }
        }
    }
}
