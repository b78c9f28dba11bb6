package dev.jevent;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What will hold a value or an exception: a greenlet, an {@code AsyncResult}, a call on a {@link ThreadPool}.
 *
 * <p>A {@link Future}, whose waits switch instead of blocking the hub.
 */
public interface Result<V> extends Future<V>, Waitable {
    /** Whether it is ready and holds no exception. A greenlet killed by {@link GreenletExit} was successful. */
    @AnyThread
    @NeverSwitches
    boolean successful();

    /** The value, or null before the end and after a failure. */
    @AnyThread
    @NeverSwitches
    V value();

    /** The exception, or null before the end and after a success. */
    @AnyThread
    @NeverSwitches
    Throwable exception();

    /** Waits until it is ready, and never throws what it failed with. */
    @AnyThread
    @Switches
    void join();

    /**
     * Waits until it is ready, and never throws what it failed with.
     *
     * @return false if {@code timeout} was over before
     */
    @AnyThread
    @Switches
    boolean join(Duration timeout);

    /**
     * Waits for the value.
     *
     * @throws ExecutionException with the exception as its cause
     * @throws TimeoutException if {@code timeout} was over before; zero asks without waiting
     */
    @AnyThread
    @Switches
    V get(Duration timeout) throws InterruptedException, ExecutionException, TimeoutException;

    @Override
    default V get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        return get(Duration.ofNanos(unit.toNanos(Math.max(timeout, 0)))); // capped, where Duration.of would overflow
    }

    @Override
    default boolean isDone() {
        return ready();
    }
}
