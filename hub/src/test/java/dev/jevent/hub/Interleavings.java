package dev.jevent.hub;

import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.Lincheck;

/** Bodies in threads of their own, in many interleavings that a model checker chooses. */
final class Interleavings {
    private static final int COUNT = Integer.getInteger("jevent.test.schedules", 20_000) / 50;

    private Interleavings() {}

    interface Body {
        void run() throws Exception;
    }

    static void of(Runnable test) {
        Lincheck.runConcurrentTest(Math.max(20, COUNT), test);
    }

    /** Lincheck takes what is reachable through lambdas alone for a thread's own, and looks away. */
    private static Object seen;

    /** Runs the bodies at once, each in a thread of its own, and waits for them. */
    static void together(Body... bodies) {
        seen = bodies;
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread[] threads = new Thread[bodies.length];
        for (int i = 0; i < bodies.length; i++) {
            Body body = bodies[i];
            threads[i] = new Thread(() -> {
                try {
                    body.run();
                } catch (Throwable t) {
                    failure.set(t);
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
    }

    static void check(boolean condition) {
        if (!condition) {
            throw new AssertionError();
        }
    }
}
