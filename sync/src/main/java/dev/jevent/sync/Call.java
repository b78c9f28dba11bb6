package dev.jevent.sync;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import java.util.concurrent.Callable;

/** A greenlet whose starter waits for its outcome and gets its error: nobody else is told of that. */
final class Call<R> extends Greenlet<R> {
    Call(Hub hub, Callable<? extends R> body) {
        super(hub, body);
    }

    @Override
    protected boolean isReported(Throwable error) {
        return error instanceof VirtualMachineError;
    }
}
