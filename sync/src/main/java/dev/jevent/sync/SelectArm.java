package dev.jevent.sync;

import dev.jevent.WaitNode;
import dev.jevent.Waiter;

/** The place of one case of a {@link Select} in its channel. Several arms share a waiter: one of them gets the wake-up. */
final class SelectArm extends WaitNode {
    final Select.Case owner;
    Waiter waiter;

    /** What it offers; null in an arm that receives. */
    Object item;

    /** What it was woken with. */
    Object outcome;

    SelectArm(Select.Case owner) {
        this.owner = owner;
    }

    @Override
    protected boolean claim() {
        return waiter.tryClaim();
    }

    @Override
    public void wake(Object value) {
        outcome = value;
        waiter.wake(this);
    }
}
