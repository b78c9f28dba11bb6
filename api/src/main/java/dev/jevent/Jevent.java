package dev.jevent;

import dev.jevent.contract.Switches;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

/**
 * The small vocabulary, for {@code import static}: each method is the one of the same name of {@link Hub#current()}.
 */
public final class Jevent {
    private Jevent() {}

    /** The body of {@link #run}. */
    @FunctionalInterface
    public interface Body<V, X extends Exception> {
        V call() throws X;
    }

    /** The body of {@link #run} without a result. */
    @FunctionalInterface
    public interface VoidBody<X extends Exception> {
        void run() throws X;
    }

    /**
     * Runs {@code body} as the first greenlet of the calling thread's hub, and the loop until it has ended. The recommended
     * entry: in a greenlet, blocking JDK calls let others run; on the bare main thread they would stop them all.
     *
     * @throws X what {@code body} throws
     * @throws LoopExit if nothing could ever wake it
     */
    @Switches
    public static <V, X extends Exception> V run(Body<? extends V, X> body) throws X {
        First<V> first = new First<>(Hub.current(), body);
        first.start();
        try {
            first.join();
        } catch (Throwable ofWait) {
            first.awaited = false;
            throw ofWait;
        }
        if (first.exception() != null) {
            throw Throwing.sneaky(first.exception());
        }
        return first.value();
    }

    /** What {@link #run} runs: its error is thrown there, and not reported besides, as long as somebody waits there. */
    private static final class First<V> extends Greenlet<V> {
        private final Body<? extends V, ?> body;
        private boolean awaited = true;

        First(Hub hub, Body<? extends V, ?> body) {
            super(hub);
            this.body = Objects.requireNonNull(body, "body");
        }

        @Override
        protected V run() throws Exception {
            return body.call();
        }

        @Override
        protected boolean isReported(Throwable error) {
            return !awaited;
        }

        @Override
        public String toString() {
            return "<first greenlet of " + hub() + ">";
        }
    }

    @Switches
    public static <X extends Exception> void run(VoidBody<X> body) throws X {
        Objects.requireNonNull(body, "body");
        Jevent.<Void, X>run(() -> {
            body.run();
            return null;
        });
    }

    public static <V> Greenlet<V> spawn(Callable<? extends V> body) {
        return Hub.current().spawn(body);
    }

    public static Greenlet<Void> spawn(Task body) {
        return Hub.current().spawn(body);
    }

    public static <V> Greenlet<V> spawnLater(Duration delay, Callable<? extends V> body) {
        return Hub.current().spawnLater(delay, body);
    }

    public static Greenlet<Void> spawnLater(Duration delay, Task body) {
        return Hub.current().spawnLater(delay, body);
    }

    public static Thread spawnRaw(Task body) {
        return Hub.current().spawnRaw(body);
    }

    @Switches
    public static void sleep(Duration duration) {
        Hub.current().sleep(duration);
    }

    @Switches
    public static void yieldNow() {
        Hub.current().yieldNow();
    }

    @Switches
    public static void idle() {
        Hub.current().idle(0);
    }

    @Switches
    public static <G extends Greenlet<?>> List<G> joinAll(Collection<? extends G> greenlets) {
        return Hub.current().joinAll(greenlets);
    }

    @Switches
    public static <G extends Greenlet<?>> List<G> joinAll(Collection<? extends G> greenlets, Duration timeout) {
        return Hub.current().joinAll(greenlets, timeout);
    }

    @Switches
    public static <G extends Greenlet<?>> List<G> joinAllOrThrow(Collection<? extends G> greenlets)
            throws ExecutionException {
        return Hub.current().joinAllOrThrow(greenlets);
    }

    @Switches
    public static void killAll(Collection<? extends Greenlet<?>> greenlets) {
        Hub.current().killAll(greenlets);
    }

    @Switches
    public static <W extends Waitable> List<W> waitAll(Collection<? extends W> objects) {
        return Hub.current().waitAll(objects);
    }

    @Switches
    public static <W extends Waitable> List<W> waitAll(Collection<? extends W> objects, Duration timeout) {
        return Hub.current().waitAll(objects, timeout);
    }

    @Switches
    public static <W extends Waitable> W waitAny(Collection<? extends W> objects) {
        return Hub.current().waitAny(objects);
    }

    /** The objects one by one as they become ready. */
    public static <W extends Waitable> Hub.Ready<W> iwait(Collection<? extends W> objects) {
        return Hub.current().iwait(objects, null);
    }

    /** Waits until the loop has nothing left to do; only on main. */
    @Switches
    public static void join() {
        Hub.current().join();
    }
}
