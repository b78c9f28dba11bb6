package dev.jevent.hub;

import dev.jevent.Task;
import java.util.concurrent.atomic.AtomicReference;

/** Runs tests on a fresh platform thread, so that hubs of theirs are nobody else's, and real time is real. */
final class OwnThread {
    private OwnThread() {}

    static void run(Task body) throws Exception {
        start("own", body).await();
    }

    static OwnThread.Running start(String name, Task body) {
        return new Running(name, body);
    }

    static final class Running {
        final Thread thread;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        private Running(String name, Task body) {
            thread = new Thread(() -> {
                try {
                    body.run();
                } catch (Throwable t) {
                    failure.set(t);
                }
            }, name);
            thread.setDaemon(true);
            thread.start();
        }

        /** Waits for its end and throws what it threw. */
        void await() throws Exception {
            thread.join();
            switch (failure.get()) {
                case null -> {}
                case Exception e -> throw e;
                case Error e -> throw e;
                case Throwable t -> throw new AssertionError(t);
            }
        }
    }
}
