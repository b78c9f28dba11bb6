package dev.jevent.sync;

import java.util.concurrent.RejectedExecutionException;

/** No slot of a {@link Pool} became free in time. */
public final class PoolFullException extends RejectedExecutionException {
    private static final long serialVersionUID = 1;

    public PoolFullException(String message) {
        super(message);
    }
}
