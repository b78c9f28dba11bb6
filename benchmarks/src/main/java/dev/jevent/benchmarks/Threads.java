package dev.jevent.benchmarks;

/** The other side of each comparison: virtual threads of the JDK's default scheduler. */
final class Threads {
    private Threads() {}

    interface Body {
        void run() throws InterruptedException;
    }

    static Runnable of(Body body) {
        return () -> {
            try {
                body.run();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e); // nobody interrupts here
            }
        };
    }

    /** Runs all at once and waits for their end. */
    static void run(Body... bodies) throws InterruptedException {
        Thread[] threads = new Thread[bodies.length];
        for (int i = 0; i < bodies.length; i++) {
            threads[i] = Thread.startVirtualThread(of(bodies[i]));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
