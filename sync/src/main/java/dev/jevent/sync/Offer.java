package dev.jevent.sync;

import dev.jevent.WaitNode;
import dev.jevent.Waiter;

/** Who waits to hand over an item, with the item. Used again for one wait after another. */
final class Offer<T> extends WaitNode {
    T item;
    Waiter waiter;

    /** Why the item was refused by those who took it over; null if it wasn't. */
    Throwable refusal;

    /** Links spare offers, and those that were claimed together and are to be settled. */
    Offer<T> nextOffer;

    @Override
    protected boolean claim() {
        return waiter.tryClaim();
    }

    /** The last that the one who claimed this does with it: afterwards it may belong to another wait. */
    @Override
    public void wake(Object value) {
        waiter.wake(value);
    }

    /** As {@link #wake}, throwing the refusal if there is one. */
    void settle(Object value) {
        if (refusal == null) {
            waiter.wake(value);
        } else {
            waiter.fail(refusal);
        }
    }
}
