package dev.jevent.sync;

import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import java.util.Arrays;
import java.util.List;

/**
 * The items of a queue, and those who wait for items, for room, and for the end of the work.
 *
 * <p>Barging, the default: who brings an item stores it and wakes the first taker, who looks again when it runs. If
 * another was faster it waits on, at its old place. Each item stored wakes one taker, each place freed one putter, and
 * who was woken always looks again: so nobody sleeps while there is something for him.
 *
 * <p>Fair: items are handed over. An item goes to the first taker, and never into the queue; a freed place gets the item
 * of the first putter. Nobody overtakes.
 *
 * <p>A comparator is the only foreign code inside this guard. When it throws, nothing has changed, its error goes to the
 * caller whose item it compared, and a wake-up that this caller had is passed on. While it waits, others spin and yield.
 */
final class QueueState<T> extends OfferGuard<T> {
    private static final Object LOOK_AGAIN = new Object();
    private static final Object ACCEPTED = new Object();
    private static final Object SHUT_DOWN = new Object();

    private final JoinableQueue<T> owner;
    private final Items<T> items;
    private final boolean fair;
    private final WaitQueue takers = new WaitQueue();
    private final WaitQueue peekers = new WaitQueue(); // only while the queue is empty
    private final WaitQueue putters = new WaitQueue(); // Offers
    private final WaitQueue joiners = new WaitQueue();
    private int maxSize;
    private long unfinished;
    private boolean shutdown;

    QueueState(JoinableQueue<T> owner, Items<T> items, int maxSize, boolean fair) {
        this.owner = owner;
        this.items = items;
        this.maxSize = maxSize;
        this.fair = fair;
    }

    private boolean hasRoom() {
        return items.size() < maxSize;
    }

    /** How much of {@code nanos} is left, in the sense of {@link Waiter#await}; 0 if nothing. */
    private static long left(Waiter waiter, long start, long nanos) {
        return nanos < 0 ? nanos : Math.max(0, nanos - (waiter.nanoTime() - start));
    }

    // ---- putting ----

    /** @return false if there was no room in time */
    boolean put(T item, long nanos) {
        enter();
        refuseIfShutdown(false);
        if (hasRoom()) {
            accept(item, false);
            return true;
        }
        leave();
        return nanos != 0 && putWhenRoom(item, nanos);
    }

    private boolean putWhenRoom(T item, long nanos) {
        Waiter waiter = Waiter.current();
        long start = nanos < 0 ? 0 : waiter.nanoTime();
        Offer<T> offer = borrow(item, waiter);
        try {
            for (boolean woken = false; ; woken = true) {
                enter();
                refuseIfShutdown(false);
                if (hasRoom()) {
                    accept(item, woken);
                    return true;
                }
                Object outcome = awaitOffer(putters, offer, woken, owner, left(waiter, start, nanos));
                if (outcome != LOOK_AGAIN) {
                    return outcome == ACCEPTED;
                }
            }
        } finally {
            giveBack(offer);
        }
    }

    /** Stores {@code item}, or hands it over. Called inside the guard when there is room; leaves it. */
    private void accept(T item, boolean woken) {
        WaitNode taker = fair ? takers.claimFirst() : null;
        if (taker == null) {
            try {
                items.add(item);
            } catch (Throwable e) {
                WaitNode next = woken ? putters.claimFirst() : null;
                leave();
                WaitQueue.wakeAll(next, LOOK_AGAIN);
                throw e;
            }
        }
        unfinished++;
        WaitNode peeking = peekers.claimAll();
        if (!fair) {
            taker = takers.claimFirst();
        }
        leave();
        WaitQueue.wakeAll(peeking, item);
        WaitQueue.wakeAll(taker, fair ? item : LOOK_AGAIN);
    }

    // ---- taking ----

    /** @return null if there was nothing in time */
    T take(long nanos) {
        enter();
        T item = takeNext(false);
        if (item != null) {
            return item;
        }
        refuseIfShutdown(true);
        leave();
        return nanos == 0 ? null : takeWhenThere(nanos);
    }

    /** As {@link #take} without waiting, but null also after a shutdown. */
    T takeIfAny() {
        enter();
        T item = takeNext(false);
        if (item == null) {
            leave();
        }
        return item;
    }

    @SuppressWarnings("unchecked")
    private T takeWhenThere(long nanos) {
        Waiter waiter = Waiter.current();
        long start = nanos < 0 ? 0 : waiter.nanoTime();
        for (boolean woken = false; ; woken = true) {
            enter();
            T item = takeNext(woken);
            if (item != null) {
                return item;
            }
            refuseIfShutdown(true);
            long left = left(waiter, start, nanos);
            Object outcome = woken
                    ? awaitAgain(takers, waiter, owner, left)
                    : await(takers, waiter, owner, left);
            if (outcome == Waiter.TIMED_OUT) {
                return null;
            }
            if (outcome != LOOK_AGAIN) {
                return (T) outcome;
            }
        }
    }

    /** Takes the next and leaves the guard; returns null, still inside, if there is none. */
    private T takeNext(boolean woken) {
        T item;
        try {
            item = items.poll();
        } catch (Throwable e) {
            WaitNode next = woken ? takers.claimFirst() : null;
            leave();
            WaitQueue.wakeAll(next, LOOK_AGAIN);
            throw e;
        }
        if (item != null) {
            leaveWithRoom();
        }
        return item;
    }

    /** Tells putters that there may be room for one more, or lets their items in. Called inside the guard; leaves it. */
    private void leaveWithRoom() {
        if (fair) {
            Offer<T> admitted = admit();
            leave();
            settle(admitted);
        } else {
            WaitNode putter = hasRoom() ? putters.claimFirst() : null;
            leave();
            WaitQueue.wakeAll(putter, LOOK_AGAIN);
        }
    }

    /** Lets items of putters in while there is room. Returns the chain of those to {@link #settle}. */
    @SuppressWarnings("unchecked")
    private Offer<T> admit() {
        Offer<T> first = null;
        Offer<T> last = null;
        Offer<T> offer;
        while (hasRoom() && (offer = (Offer<T>) putters.claimFirst()) != null) {
            try {
                items.add(offer.item);
                unfinished++;
            } catch (Throwable e) {
                offer.refusal = e;
            }
            if (last == null) {
                first = offer;
            } else {
                last.nextOffer = offer;
            }
            last = offer;
        }
        return first;
    }

    private static <T> void settle(Offer<T> chain) {
        while (chain != null) {
            Offer<T> next = chain.nextOffer;
            chain.nextOffer = null;
            chain.settle(ACCEPTED);
            chain = next;
        }
    }

    /** Puts back an item that {@link #take} gave. */
    void restore(T item) {
        enter();
        WaitNode taker;
        WaitNode peeking;
        try {
            taker = fair ? takers.claimFirst() : null;
            if (taker == null) {
                items.restore(item);
            }
            peeking = peekers.claimAll();
            if (!fair) {
                taker = takers.claimFirst();
            }
        } finally {
            leave();
        }
        WaitQueue.wakeAll(peeking, item);
        WaitQueue.wakeAll(taker, fair ? item : LOOK_AGAIN);
    }

    // ---- looking ----

    T peek() {
        enter();
        T item = items.peek();
        leave();
        return item;
    }

    @SuppressWarnings("unchecked")
    T awaitPeek(long nanos) {
        T item = peek();
        if (item != null) {
            return item;
        }
        Waiter waiter = nanos == 0 ? null : Waiter.current();
        enter();
        item = items.peek();
        if (item != null) {
            leave();
            return item;
        }
        refuseIfShutdown(true);
        if (nanos == 0) {
            leave();
            return null;
        }
        Object outcome = await(peekers, waiter, owner, nanos);
        if (outcome == SHUT_DOWN) {
            throw shutdownException();
        }
        return outcome == Waiter.TIMED_OUT ? null : (T) outcome;
    }

    Object[] toArray() {
        enter();
        try {
            return items.toArray();
        } finally {
            leave();
        }
    }

    int size() {
        enter();
        int size = items.size();
        leave();
        return size;
    }

    // ---- taking out without working on it ----

    /** Removes that very object; its task counts as done. */
    boolean withdraw(Object item) {
        enter();
        boolean found;
        WaitNode joining;
        try {
            found = items.remove(item);
            joining = found ? finished(1) : null;
        } catch (Throwable e) {
            leave();
            throw e;
        }
        if (found) {
            leaveWithRoom();
        } else {
            leave();
        }
        WaitQueue.wakeAll(joining, owner);
        return found;
    }

    void clear() {
        enter();
        int freed = items.size();
        items.clear();
        WaitNode joining = finished(freed);
        leaveWithRoom();
        WaitQueue.wakeAll(joining, owner);
        wakePutters();
    }

    // ---- size ----

    int maxSize() {
        enter();
        int size = maxSize;
        leave();
        return size;
    }

    void maxSize(int size) {
        enter();
        maxSize = size;
        leaveWithRoom();
        wakePutters();
    }

    int room() {
        enter();
        int room = maxSize == JoinableQueue.UNBOUNDED ? Integer.MAX_VALUE : Math.max(0, maxSize - items.size());
        leave();
        return room;
    }

    /** Wakes a putter for each free place, when several became free at once. */
    private void wakePutters() {
        int room = fair ? 0 : room();
        WaitNode putter;
        do {
            enter();
            putter = room-- > 0 ? putters.claimFirst() : null;
            leave();
            WaitQueue.wakeAll(putter, LOOK_AGAIN);
        } while (putter != null);
    }

    // ---- tasks ----

    void taskDone() {
        enter();
        boolean any = unfinished > 0;
        WaitNode joining = any ? finished(1) : null;
        leave();
        if (!any) {
            throw new IllegalStateException("taskDone() of " + owner + ": called more often than items were put");
        }
        WaitQueue.wakeAll(joining, owner);
    }

    /** Counts tasks as done; returns the chain of joiners to wake. */
    private WaitNode finished(int tasks) {
        unfinished = Math.max(0, unfinished - tasks);
        return unfinished == 0 ? joiners.claimAll() : null;
    }

    long unfinished() {
        enter();
        long tasks = unfinished;
        leave();
        return tasks;
    }

    boolean join(long nanos) {
        if (unfinished() == 0) {
            return true;
        }
        if (nanos == 0) {
            return false;
        }
        Waiter waiter = Waiter.current();
        enter();
        if (unfinished == 0) {
            leave();
            return true;
        }
        return await(joiners, waiter, owner, nanos) != Waiter.TIMED_OUT;
    }

    // ---- the end ----

    void shutdown() {
        enter();
        shutdown = true;
        leaveAfterShutdown(null);
    }

    @SuppressWarnings("unchecked")
    List<T> shutdownNow() {
        Object[] dropped;
        enter();
        try {
            dropped = items.toArray();
        } catch (Throwable e) {
            leave();
            throw e;
        }
        items.clear();
        shutdown = true;
        leaveAfterShutdown(finished(dropped.length));
        return (List<T>) Arrays.asList(dropped);
    }

    private void leaveAfterShutdown(WaitNode joining) {
        WaitNode taking = takers.claimAll();
        WaitNode peeking = peekers.claimAll();
        WaitNode putting = putters.claimAll();
        leave();
        WaitQueue.wakeAll(taking, LOOK_AGAIN);
        WaitQueue.wakeAll(peeking, SHUT_DOWN);
        WaitQueue.wakeAll(putting, LOOK_AGAIN);
        WaitQueue.wakeAll(joining, owner);
    }

    boolean isShutdown() {
        enter();
        boolean shut = shutdown;
        leave();
        return shut;
    }

    /** Leaves the guard and throws, or does nothing. @param taking items that are left can still be taken */
    private void refuseIfShutdown(boolean taking) {
        if (shutdown && !(taking && items.size() > 0)) {
            leave();
            throw shutdownException();
        }
    }

    private QueueShutdownException shutdownException() {
        return new QueueShutdownException(owner + " was shut down");
    }

    JoinableQueue.Statistics statistics() {
        enter();
        int size = items.size();
        int limit = maxSize;
        long tasks = unfinished;
        int taking = takers.size() + peekers.size();
        int putting = putters.size();
        int joining = joiners.size();
        boolean shut = shutdown;
        leave();
        return new JoinableQueue.Statistics(size, limit, tasks, taking, putting, joining, shut);
    }

    /** Without the guard, so that it can be asked for at any moment: a hint. */
    @Override
    public String toString() {
        return "size=" + items.size() + (maxSize == JoinableQueue.UNBOUNDED ? "" : "/" + maxSize)
                + (takers.isEmpty() ? "" : " takers=" + takers.size())
                + (putters.isEmpty() ? "" : " putters=" + putters.size())
                + (unfinished == 0 ? "" : " unfinished=" + unfinished)
                + (shutdown ? " shutdown" : "");
    }
}
