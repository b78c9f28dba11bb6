package dev.jevent.testkit;

import dev.jevent.Hub;
import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubFactory;
import dev.jevent.spi.LoopProvider;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A platform thread that owns a fresh hub and runs on it, as main, what another thread gives it, one after another.
 * While it has nothing to run the hub stands still.
 */
final class HubThread implements AutoCloseable {
    /** How long an overdue job has to end after something was thrown into it. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Thread thread;
    private final LinkedBlockingQueue<CompletableFuture<?>> jobs = new LinkedBlockingQueue<>();
    private volatile Hub hub;
    private volatile boolean abandoned;

    private static final class Job<T> extends CompletableFuture<T> {
        private final Callable<? extends T> call;

        Job(Callable<? extends T> call) {
            this.call = call;
        }

        void run() {
            try {
                complete(call.call());
            } catch (Throwable e) {
                completeExceptionally(e);
            }
        }
    }

    private HubThread(String name) {
        thread = new Thread(this::work, name);
        thread.setDaemon(true); // an abandoned one doesn't keep the JVM
        thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    }

    /** @param loop null: as the settings choose */
    static HubThread open(String name, Environment environment, Settings settings, LoopProvider loop, Duration limit) {
        HubThread opened = new HubThread(name);
        opened.thread.start();
        try {
            opened.run(() -> opened.hub = factory().open(environment, settings, loop), limit);
        } catch (Exception | Error e) {
            opened.stop();
            throw new IllegalStateException("no hub for " + name + ": " + e.getMessage(), e);
        }
        return opened;
    }

    static HubFactory factory() {
        return ServiceLoader.load(HubFactory.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "the class path has no dev.jevent.spi.HubFactory: add the module jevent-hub"));
    }

    Hub hub() {
        return hub;
    }

    boolean isAbandoned() {
        return abandoned;
    }

    private void work() {
        try {
            while (jobs.take() instanceof Job<?> job) {
                job.run();
                Thread.interrupted(); // meant for that job
            }
            if (hub != null && abandoned) {
                hub.close(); // the test has ended after all
            }
        } catch (InterruptedException e) {
            abandoned = true; // between two jobs: nobody here does that
        }
    }

    /**
     * Runs {@code call} there and waits for it.
     *
     * @throws AssertionError with a dump if it takes longer than {@code limit}. It is thrown into main, too; if that
     *     doesn't end it, the thread is abandoned
     */
    <T> T run(Callable<? extends T> call, Duration limit) throws Exception {
        if (abandoned) {
            throw new IllegalStateException(thread.getName() + " was abandoned: what it ran before didn't end");
        }
        Job<T> job = new Job<>(call);
        jobs.add(job);
        try {
            return job.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw unwrapped(e.getCause());
        } catch (TimeoutException e) {
            throw overdue(job, limit);
        }
    }

    private AssertionError overdue(Job<?> job, Duration limit) throws InterruptedException {
        Hub hub = this.hub;
        AssertionError error = new AssertionError(thread.getName() + " has not ended after " + limit.toSeconds()
                + " s of real time.\n" + Dump.fromOutside(hub));
        if (hub != null && !hub.isClosed()) {
            hub.main().killLater(new AssertionError("took longer than " + limit.toSeconds() + " s"));
        }
        if (!ended(job)) {
            thread.interrupt();
            abandoned = !ended(job);
        }
        return error;
    }

    private static boolean ended(Job<?> job) throws InterruptedException {
        try {
            job.get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** {@code thrown} as it is, so that the one who gave the job sees what it threw. */
    private static Exception unwrapped(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (Exception) thrown;
    }

    /** Ends the thread; the hub was closed before by a job. */
    private void stop() {
        jobs.add(new CompletableFuture<Void>());
    }

    @Override
    public void close() {
        stop();
        try {
            if (!abandoned) {
                thread.join(GRACE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
