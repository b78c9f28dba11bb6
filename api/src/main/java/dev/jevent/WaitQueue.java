package dev.jevent;

import java.util.function.Consumer;

/**
 * Those who wait for one thing, first come first served. All primitives stand on this (trio calls it a parking lot).
 *
 * <p>Every method but {@link #wakeAll} is called inside the {@link Guard} of the object that owns the queue.
 */
public final class WaitQueue {
    private WaitNode head;
    private WaitNode tail;
    private int size;
    private int places;

    public WaitQueue() {}

    public boolean isEmpty() {
        return head == null;
    }

    public int size() {
        return size;
    }

    public void add(WaitNode node) {
        own(node);
        node.place = ++places;
        node.previous = tail;
        if (tail == null) {
            head = node;
        } else {
            tail.next = node;
        }
        tail = node;
    }

    /**
     * Puts {@code node}, which was woken in vain, back to the place it had among those that came before and after it.
     * Since then it was in no other queue.
     */
    public void addAgain(WaitNode node) {
        own(node);
        WaitNode after = head;
        while (after != null && after.place - node.place < 0) { // only others that were put back
            after = after.next;
        }
        WaitNode before = after == null ? tail : after.previous;
        node.next = after;
        node.previous = before;
        if (before == null) {
            head = node;
        } else {
            before.next = node;
        }
        if (after == null) {
            tail = node;
        } else {
            after.previous = node;
        }
    }

    private void own(WaitNode node) {
        if (node.queue != null) {
            throw new IllegalStateException("node: " + node + " is in a queue already");
        }
        node.queue = this;
        size++;
    }

    /** Returns whether {@code node} was in this queue. */
    public boolean remove(WaitNode node) {
        if (node.queue != this) {
            return false;
        }
        if (node.previous == null) {
            head = node.next;
        } else {
            node.previous.next = node.next;
        }
        if (node.next == null) {
            tail = node.previous;
        } else {
            node.next.previous = node.previous;
        }
        node.next = null;
        node.previous = null;
        node.queue = null;
        size--;
        return true;
    }

    /**
     * Removes nodes from the head until one takes the wake-up. The caller leaves the guard and calls
     * {@link WaitNode#wake} on it.
     *
     * @return null if nobody took it
     */
    public WaitNode claimFirst() {
        WaitNode node;
        while ((node = head) != null) {
            remove(node);
            if (node.claim()) {
                return node;
            }
        }
        return null;
    }

    /**
     * Removes all nodes and claims them. The caller leaves the guard and passes the result to {@link #wakeAll}.
     *
     * @return the first of a chain; null if nobody took the wake-up
     */
    public WaitNode claimAll() {
        WaitNode first = null;
        WaitNode last = null;
        WaitNode node;
        while ((node = claimFirst()) != null) {
            if (last == null) {
                first = node;
            } else {
                last.next = node;
            }
            last = node;
        }
        return first;
    }

    /** Wakes a chain that {@link #claimAll} returned, in order, all of it even if that fails for one. Called outside the guard. */
    public static void wakeAll(WaitNode chain, Object value) {
        Throwable failure = null;
        while (chain != null) {
            WaitNode next = chain.next; // once woken, the node may be enqueued elsewhere
            chain.next = null;
            try {
                chain.wake(value);
            } catch (Throwable t) { // out of memory, or a node's own defect
                failure = failure == null ? t : failure;
            }
            chain = next;
        }
        if (failure != null) {
            throw Throwing.sneaky(failure);
        }
    }

    public void forEach(Consumer<? super WaitNode> action) {
        for (WaitNode node = head; node != null; node = node.next) {
            action.accept(node);
        }
    }
}
