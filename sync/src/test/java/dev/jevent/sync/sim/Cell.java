package dev.jevent.sync.sim;

import dev.jevent.sync.AsyncResult;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** What the scenarios know of a value that comes later: the real one and the broken ones. */
interface Cell {
    boolean trySet(Integer value);

    /** @param timeout null: without limit @return null if the time was over before */
    Integer get(Duration timeout);

    static Supplier<Cell> real() {
        return () -> new Cell() {
            private final AsyncResult<Integer> result = new AsyncResult<>();

            @Override
            public boolean trySet(Integer value) {
                return result.trySet(value);
            }

            @Override
            public Integer get(Duration timeout) {
                try {
                    return timeout == null ? result.get() : result.get(timeout);
                } catch (TimeoutException e) {
                    return null;
                } catch (ExecutionException | InterruptedException e) {
                    throw new AssertionError("nobody sets an exception, nor interrupts", e);
                }
            }
        };
    }
}
