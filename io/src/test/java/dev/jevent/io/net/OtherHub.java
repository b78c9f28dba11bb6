package dev.jevent.io.net;

import dev.jevent.Hub;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A thread with a hub of its own that runs one body as its main. */
final class OtherHub {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    interface Body {
        void run(Hub hub) throws Exception;
    }

    private final Thread thread;
    private final CountDownLatch open = new CountDownLatch(1);
    private volatile Throwable failure;

    private OtherHub(Body body) {
        thread = Thread.ofPlatform().daemon().name("other hub").start(() -> {
            try (Hub hub = Hub.current()) {
                open.countDown();
                hub.errorHandler((context, error) -> failure = error);
                body.run(hub);
            } catch (Throwable e) {
                failure = e;
                open.countDown();
            }
        });
    }

    /** Returns when its hub is open: a main that waits for it before would find nobody who could wake it. */
    static OtherHub start(Body body) throws InterruptedException {
        OtherHub other = new OtherHub(body);
        other.open.await();
        return other;
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
