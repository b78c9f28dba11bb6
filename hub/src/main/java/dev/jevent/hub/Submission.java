package dev.jevent.hub;

import dev.jevent.WaitNode;
import dev.jevent.Waiter;

/** One who waits for a place in a pool's queue, with the call that whoever makes room puts there. */
final class Submission extends WaitNode {
    static final Object ACCEPTED = new Object();
    static final Object REJECTED = new Object();

    final Waiter waiter;
    final Call<?> call;

    Submission(Waiter waiter, Call<?> call) {
        this.waiter = waiter;
        this.call = call;
    }

    @Override
    protected boolean claim() {
        return waiter.tryClaim();
    }

    @Override
    public void wake(Object answer) {
        waiter.wake(answer);
    }

    /** Nothing if {@code admitted} is null. */
    static void accepted(Submission admitted) {
        if (admitted != null) {
            admitted.wake(ACCEPTED);
        }
    }
}
