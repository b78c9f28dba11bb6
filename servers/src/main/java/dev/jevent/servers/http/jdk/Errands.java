package dev.jevent.servers.http.jdk;

import dev.jevent.Hub;
import dev.jevent.sync.FifoQueue;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * What threads elsewhere want of an exchange, done by the connection's greenlet: a connection belongs to its hub, and handlers may
 * run on an executor, or respond after they have returned.
 */
final class Errands {
    private static final Errand<?> LAST = new Errand<>(null);

    private final Hub hub = Hub.current();
    private final FifoQueue<Errand<?>> waiting = new FifoQueue<>();
    private volatile boolean over;

    private record Errand<V>(Callable<V> call, CompletableFuture<V> result) {
        Errand(Callable<V> call) {
            this(call, new CompletableFuture<>());
        }

        void run() {
            try {
                result.complete(call.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            } catch (Throwable e) {
                result.completeExceptionally(e);
                throw e;
            }
        }

        void refuse() {
            result.completeExceptionally(new IOException("the exchange is over"));
        }
    }

    /** Here, if the caller is a greenlet of the connection's hub; else there, and the caller's thread waits. */
    <V> V call(Callable<V> call) throws IOException {
        try {
            if (hub.isCurrent()) {
                return call.call();
            }
            Errand<V> errand = new Errand<>(call);
            if (over) {
                errand.refuse();
            } else {
                waiting.add(errand);
                if (over) {
                    refuseWaiting();
                }
            }
            return errand.result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw new IOException(io.getMessage(), io);
            }
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IOException(e.getCause());
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** Does what comes, until {@link #end()}. */
    void serve() throws InterruptedException {
        try {
            for (Errand<?> errand = waiting.take(); errand != LAST; errand = waiting.take()) {
                errand.run();
            }
        } finally {
            over = true;
            refuseWaiting();
        }
    }

    private void refuseWaiting() {
        for (Errand<?> errand = waiting.poll(); errand != null; errand = waiting.poll()) {
            errand.refuse();
        }
    }

    /** Any thread. */
    void end() {
        waiting.add(LAST);
    }
}
