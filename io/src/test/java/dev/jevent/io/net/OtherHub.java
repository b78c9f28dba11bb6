package dev.jevent.io.net;

import dev.jevent.Hub;
import java.time.Duration;

/** A thread with a hub of its own that runs one body as its main. */
final class OtherHub {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    interface Body {
        void run(Hub hub) throws Exception;
    }

    private final Thread thread;
    private volatile Throwable failure;

    private OtherHub(Body body) {
        thread = Thread.ofPlatform().daemon().name("other hub").start(() -> {
            try (Hub hub = Hub.current()) {
                hub.errorHandler((context, error) -> failure = error);
                body.run(hub);
            } catch (Throwable e) {
                failure = e;
            }
        });
    }

    static OtherHub start(Body body) {
        return new OtherHub(body);
    }

    /** Blocks the calling thread: for a main that has nothing else to run. */
    void join() throws Exception {
        if (!thread.join(PATIENCE)) {
            AssertionError hangs = new AssertionError(thread + " hangs");
            hangs.setStackTrace(thread.getStackTrace());
            throw hangs;
        }
        if (failure != null) {
            throw new AssertionError("in the other hub: " + failure, failure);
        }
    }
}
