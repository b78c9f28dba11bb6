package dev.jevent.sync;

import dev.jevent.Guard;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;

/** State that waiters bring items to: keeps the {@link Offer}s they wait with, so that a wait allocates nothing. */
abstract class OfferGuard<T> extends Guard {
    private static final int MOST_SPARE = 64;

    private Offer<T> spare;
    private int spares;

    /** Called outside the guard, as all here but {@link #awaitOffer}. */
    final Offer<T> borrow(T item, Waiter waiter) {
        enter();
        Offer<T> offer = spare;
        if (offer != null) {
            spare = offer.nextOffer;
            offer.nextOffer = null;
            spares--;
        }
        leave();
        if (offer == null) {
            offer = new Offer<>();
        }
        offer.item = item;
        offer.waiter = waiter;
        return offer;
    }

    final void giveBack(Offer<T> offer) {
        offer.item = null;
        offer.waiter = null;
        offer.refusal = null;
        enter();
        if (spares < MOST_SPARE) {
            offer.nextOffer = spare;
            spare = offer;
            spares++;
        }
        leave();
    }

    /** As {@link Guard#await}, with the waiter inside of {@code offer}. @param again it was woken here in vain */
    final Object awaitOffer(WaitQueue queue, Offer<T> offer, boolean again, Object on, long nanos) {
        offer.waiter.arm(on);
        if (again) {
            queue.addAgain(offer);
        } else {
            queue.add(offer);
        }
        leave();
        boolean woken = false;
        try {
            Object outcome = offer.waiter.await(nanos);
            woken = outcome != Waiter.TIMED_OUT;
            return outcome;
        } finally {
            if (!woken) {
                enter();
                queue.remove(offer);
                leave();
            }
        }
    }
}
