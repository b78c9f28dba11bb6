package dev.jevent.sync;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The least item first; of equal ones, the one that was put first: gevent's {@code PriorityQueue}.
 *
 * <p>The comparator runs inside of {@code put}, {@code take} and what else changes the queue, on the caller's thread, while
 * every other caller spins. It must be quick, must not use this queue, and should not wait; if it does, other greenlets
 * run, but a main thread that wants the queue meanwhile stands still, and its hub with it. An error that it throws reaches
 * the caller whose item was compared, and the queue is as before. [B-QUE-22, B-QUE-23]
 *
 * <p>{@link #iterator()} and {@link #toArray()} give the items in no particular order.
 */
public final class OrderedQueue<T> extends JoinableQueue<T> {
    private final Comparator<? super T> comparator;

    /** In the items' natural order. */
    public OrderedQueue() {
        this((Comparator<? super T>) null);
    }

    /** In natural order, without limit, holding {@code items}. */
    public OrderedQueue(Collection<? extends T> items) {
        this(UNBOUNDED, false, null, items);
    }

    /** @param comparator null: the items' natural order */
    public OrderedQueue(Comparator<? super T> comparator) {
        this(UNBOUNDED, comparator);
    }

    public OrderedQueue(int maxSize, Comparator<? super T> comparator) {
        this(maxSize, false, comparator, List.of());
    }

    /**
     * @param maxSize how many items it can hold
     * @param fair whether it hands items over in turn instead of letting callers that run overtake those that wait
     * @param comparator null: the items' natural order
     * @param items what it holds at the start; their tasks are unfinished
     * @throws IllegalArgumentException if {@code maxSize} is not positive or less than the number of items
     * @throws ClassCastException here and when an item is put, if items without a comparator have no natural order
     */
    public OrderedQueue(int maxSize, boolean fair, Comparator<? super T> comparator, Collection<? extends T> items) {
        super(new HeapItems<>(comparator == null ? natural() : comparator), maxSize, fair, items);
        this.comparator = comparator;
    }

    @SuppressWarnings("unchecked")
    private static <T> Comparator<T> natural() {
        return (Comparator<T>) Comparator.naturalOrder();
    }

    /** Null if the items' natural order is used. */
    public Comparator<? super T> comparator() {
        return comparator;
    }
}
