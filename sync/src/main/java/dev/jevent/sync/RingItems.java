package dev.jevent.sync;

import java.util.Arrays;

/** Items in a ring that grows: first in first out, or last in first out. */
final class RingItems<T> extends Items<T> {
    private final boolean lifo;
    private final Object[] smallest = new Object[16];
    private Object[] ring = smallest; // its length is a power of two
    private int first;
    private int size;

    RingItems(boolean lifo) {
        this.lifo = lifo;
    }

    @Override
    int size() {
        return size;
    }

    @Override
    int capacity() {
        return ring.length;
    }

    @Override
    void add(T item) {
        makeRoom();
        ring[index(size)] = item;
        size++;
    }

    @Override
    void restore(T item) {
        if (lifo) {
            add(item);
            return;
        }
        makeRoom();
        first = index(-1);
        ring[first] = item;
        size++;
    }

    @Override
    T peek() {
        return size == 0 ? null : at(next());
    }

    @Override
    T poll() {
        if (size == 0) {
            return null;
        }
        int next = next();
        T item = at(next);
        ring[index(next)] = null;
        if (!lifo) {
            first = index(1);
        }
        size--;
        if (size == 0 && ring.length > KEPT_CAPACITY) {
            clear();
        }
        return item;
    }

    @Override
    boolean remove(Object item) {
        for (int i = 0; i < size; i++) {
            if (at(i) == item) {
                for (int j = i + 1; j < size; j++) {
                    ring[index(j - 1)] = ring[index(j)];
                }
                ring[index(size - 1)] = null;
                size--;
                return true;
            }
        }
        return false;
    }

    @Override
    Object[] toArray() {
        Object[] items = new Object[size];
        for (int i = 0; i < size; i++) {
            items[i] = at(lifo ? size - 1 - i : i);
        }
        return items;
    }

    @Override
    void clear() {
        Arrays.fill(smallest, null);
        ring = smallest;
        first = 0;
        size = 0;
    }

    /** The place of the item that comes next, counted from the oldest. */
    private int next() {
        return lifo ? size - 1 : 0;
    }

    /** Where in the ring the item is that came as number {@code place} of those that are left. */
    private int index(int place) {
        return (first + place) & (ring.length - 1);
    }

    @SuppressWarnings("unchecked")
    private T at(int place) {
        return (T) ring[index(place)];
    }

    private void makeRoom() {
        if (size < ring.length) {
            return;
        }
        if (ring.length == 1 << 30) {
            throw new OutOfMemoryError("a queue holds " + size + " items; give it a maxSize");
        }
        Object[] larger = new Object[ring.length * 2];
        for (int i = 0; i < size; i++) {
            larger[i] = at(i);
        }
        Arrays.fill(smallest, null);
        ring = larger;
        first = 0;
    }
}
