package dev.jevent.sync;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Items in a heap: the least first; of equal ones, the one that came first.
 *
 * <p>A comparator may throw at any call. So each operation compares first, following the path that an item will take
 * through the heap, and moves items only when no comparison is left.
 */
final class HeapItems<T> extends Items<T> {
    private final Comparator<? super T> order;
    private final Object[] smallestHeap = new Object[16];
    private final long[] smallestNumbers = new long[16];
    private Object[] heap = smallestHeap;
    private long[] numbers = smallestNumbers; // which one it was to come, beside each item
    private int size;
    private long lastNumber;
    private long restoredNumber; // negative: before all that came by add

    HeapItems(Comparator<? super T> order) {
        this.order = order;
    }

    @Override
    int size() {
        return size;
    }

    @Override
    int capacity() {
        return heap.length;
    }

    @Override
    void add(T item) {
        insert(item, lastNumber + 1);
        lastNumber++;
    }

    @Override
    void restore(T item) {
        insert(item, restoredNumber - 1);
        restoredNumber--;
    }

    private void insert(T item, long number) {
        makeRoom();
        if (size == 0) {
            order.compare(item, item); // an item that cannot be compared is refused, also the first one
        }
        moveUp(size, rise(size, item, number), item, number);
        size++;
    }

    @Override
    T peek() {
        return size == 0 ? null : at(0);
    }

    @Override
    T poll() {
        if (size == 0) {
            return null;
        }
        T item = at(0);
        removeAt(0);
        return item;
    }

    @Override
    boolean remove(Object item) {
        for (int i = 0; i < size; i++) {
            if (heap[i] == item) {
                removeAt(i);
                return true;
            }
        }
        return false;
    }

    @Override
    Object[] toArray() {
        return Arrays.copyOf(heap, size);
    }

    @Override
    void clear() {
        Arrays.fill(smallestHeap, null);
        heap = smallestHeap;
        numbers = smallestNumbers;
        size = 0;
    }

    /** Fills the hole at {@code hole} with the last item, which may have to sink below it or rise above it. */
    private void removeAt(int hole) {
        int last = size - 1;
        T item = at(last);
        long number = numbers[last];
        if (hole < last) {
            long path = sink(hole, last, item, number);
            if (path != 1) {
                moveDown(hole, path, item, number);
            } else {
                moveUp(hole, rise(hole, item, number), item, number);
            }
        }
        heap[last] = null;
        size = last;
        if (size == 0 && heap.length > KEPT_CAPACITY) {
            clear();
        }
    }

    /** The place that an item put at {@code from} rises to. Moves nothing. */
    private int rise(int from, T item, long number) {
        int place = from;
        while (place > 0) {
            int parent = (place - 1) >>> 1;
            if (!isBefore(item, number, parent)) {
                break;
            }
            place = parent;
        }
        return place;
    }

    private void moveUp(int from, int to, T item, long number) {
        int place = from;
        while (place != to) {
            int parent = (place - 1) >>> 1;
            copy(parent, place);
            place = parent;
        }
        set(to, item, number);
    }

    /**
     * The way on which an item put at {@code from} sinks, in a heap of {@code end} items: a bit for each step, 1 for the
     * second child, below a leading 1. Moves nothing.
     */
    private long sink(int from, int end, T item, long number) {
        long path = 1;
        int place = from;
        int child;
        while ((child = 2 * place + 1) < end) {
            boolean second = child + 1 < end && isBefore(at(child + 1), numbers[child + 1], child);
            if (second) {
                child++;
            }
            if (isBefore(item, number, child)) {
                break;
            }
            path = path << 1 | (second ? 1 : 0);
            place = child;
        }
        return path;
    }

    private void moveDown(int from, long path, T item, long number) {
        int place = from;
        for (int step = 62 - Long.numberOfLeadingZeros(path); step >= 0; step--) {
            int child = 2 * place + 1 + (int) (path >>> step & 1);
            copy(child, place);
            place = child;
        }
        set(place, item, number);
    }

    private boolean isBefore(T item, long number, int place) {
        int order = this.order.compare(item, at(place));
        return order != 0 ? order < 0 : number < numbers[place];
    }

    @SuppressWarnings("unchecked")
    private T at(int place) {
        return (T) heap[place];
    }

    private void copy(int from, int to) {
        heap[to] = heap[from];
        numbers[to] = numbers[from];
    }

    private void set(int place, T item, long number) {
        heap[place] = item;
        numbers[place] = number;
    }

    private void makeRoom() {
        if (size < heap.length) {
            return;
        }
        int larger = (int) Math.min(heap.length * 2L, Integer.MAX_VALUE - 8);
        if (larger <= size) {
            throw new OutOfMemoryError("a queue holds " + size + " items; give it a maxSize");
        }
        long[] moreNumbers = Arrays.copyOf(numbers, larger);
        heap = Arrays.copyOf(heap, larger);
        numbers = moreNumbers;
        Arrays.fill(smallestHeap, null);
    }
}
