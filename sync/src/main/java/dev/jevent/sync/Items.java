package dev.jevent.sync;

/**
 * What a queue holds, in the order it gives it back. Called inside the guard of a {@link QueueState}.
 *
 * <p>A method that throws, because memory is full or a comparator fails, has changed nothing.
 */
abstract class Items<T> {
    /** An array larger than this, grown by a burst, is dropped when it is empty. */
    static final int KEPT_CAPACITY = 4096;

    abstract int size();

    /** How many it can hold before it grows. */
    abstract int capacity();

    abstract void add(T item);

    /** Puts back what {@link #poll} gave: it is the next again. */
    abstract void restore(T item);

    /** The next; null if there is none. */
    abstract T peek();

    /** Removes the next; null if there is none. */
    abstract T poll();

    /** Removes that very object, once. */
    abstract boolean remove(Object item);

    /** All of them; for what has an order of its own, the next one first. */
    abstract Object[] toArray();

    abstract void clear();
}
