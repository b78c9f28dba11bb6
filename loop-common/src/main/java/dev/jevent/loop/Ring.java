package dev.jevent.loop;

/** First in, first out; grows to a power of two. Confined to the loop's thread. */
final class Ring<E> {
    private static final int MAX_CAPACITY = 1 << 30;

    private Object[] items;
    private int mask;
    private int head; // of the next to be taken; head and tail count on and wrap
    private int tail;
    private boolean closed;

    Ring(int capacity) {
        items = new Object[capacity];
        mask = capacity - 1;
    }

    /** @return false if the ring is closed */
    boolean add(E item) {
        if (tail - head > mask && !grow()) {
            return false;
        }
        items[tail++ & mask] = item;
        return true;
    }

    /** The oldest, or null. */
    E take() {
        int at = head;
        if (at == tail) {
            return null;
        }
        head = at + 1;
        return clear(at & mask);
    }

    /** The one that was added {@code index} after the oldest; the oldest takes its place. */
    E take(int index) {
        if (index != 0) {
            int first = head & mask;
            int chosen = head + index & mask;
            Object item = items[first];
            items[first] = items[chosen];
            items[chosen] = item;
        }
        return take();
    }

    @SuppressWarnings("unchecked")
    private E clear(int index) {
        E item = (E) items[index];
        items[index] = null;
        return item;
    }

    int size() {
        return tail - head;
    }

    /** The place behind the last one, to ask {@link #isPast} later. */
    int end() {
        return tail;
    }

    /** Whether all were taken that were before {@code place}. */
    boolean isPast(int place) {
        return head - place >= 0;
    }

    boolean isEmpty() {
        return head == tail;
    }

    /** Refuses what is added from now on, at no cost while open: a closed ring is one that is full. Called when empty. */
    void close() {
        closed = true;
        items = new Object[1];
        mask = 0;
        head = 0;
        tail = 1;
    }

    private boolean grow() {
        if (closed) {
            return false;
        }
        int capacity = mask + 1;
        if (capacity == MAX_CAPACITY) {
            throw new OutOfMemoryError("more than " + MAX_CAPACITY + " tasks are queued");
        }
        Object[] wider = new Object[capacity << 1];
        int widerMask = wider.length - 1;
        for (int at = head; at != tail; at++) {
            wider[at & widerMask] = items[at & mask];
        }
        items = wider;
        mask = widerMask;
        return true;
    }
}
