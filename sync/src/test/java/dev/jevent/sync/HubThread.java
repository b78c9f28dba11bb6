package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Hub;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A fresh platform thread with a hub of its own that runs one test body as its main; or a thread without a hub. What the
 * body leaves behind (greenlets, timers, errors nobody looked at) fails the test.
 */
final class HubThread {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    interface Body {
        void run(Hub hub) throws Throwable;
    }

    interface PlainBody {
        void run() throws Throwable;
    }

    private final Thread thread;
    private volatile Throwable failure;

    private HubThread(String name, PlainBody body) {
        thread = Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                body.run();
            } catch (Throwable t) {
                failure = t;
            }
        });
    }

    /** Runs {@code body} to its end. */
    static void run(Body body) throws Exception {
        start("main", body).join();
    }

    static HubThread start(String name, Body body) {
        return new HubThread(name, () -> {
            List<Throwable> errors = new CopyOnWriteArrayList<>();
            try (Hub hub = Hub.current()) {
                hub.name(name);
                hub.errorHandler((context, error) -> errors.add(new AssertionError("uncaught in " + context, error)));
                body.run(hub);
                assertThat(hub.join(PATIENCE)).as("the loop has nothing left to do").isTrue();
                assertThat(hub.greenlets()).as("greenlets left").isEmpty();
                assertThat(hub.loop().statistics().timers()).as("timers left").isZero();
            }
            assertThat(errors).isEmpty();
        });
    }

    /** A thread that never gets a hub. */
    static HubThread startPlain(PlainBody body) {
        return new HubThread("plain", () -> {
            body.run();
            assertThat(Hub.ifExists()).as("hub of a thread that never asked for one").isNull();
        });
    }

    Thread thread() {
        return thread;
    }

    void join() throws Exception {
        if (!thread.join(PATIENCE)) {
            AssertionError hangs = new AssertionError(thread + " hangs");
            hangs.setStackTrace(thread.getStackTrace());
            throw hangs;
        }
        switch (failure) {
            case null -> {}
            case Exception e -> throw e;
            case Error e -> throw e;
            default -> throw new AssertionError(failure);
        }
    }

    static void joinAll(HubThread... threads) throws Exception {
        for (HubThread each : Arrays.asList(threads)) {
            each.join();
        }
    }
}
