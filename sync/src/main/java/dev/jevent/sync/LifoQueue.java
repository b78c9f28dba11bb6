package dev.jevent.sync;

import java.util.Collection;
import java.util.List;

/** Last in, first out: a stack. */
public final class LifoQueue<T> extends JoinableQueue<T> {
    public LifoQueue() {
        this(UNBOUNDED);
    }

    /** Without limit, holding {@code items}; the last one comes first. */
    public LifoQueue(Collection<? extends T> items) {
        this(UNBOUNDED, false, items);
    }

    public LifoQueue(int maxSize) {
        this(maxSize, false);
    }

    public LifoQueue(int maxSize, boolean fair) {
        this(maxSize, fair, List.of());
    }

    /**
     * @param maxSize how many items it can hold
     * @param fair whether it hands items over in turn instead of letting callers that run overtake those that wait
     * @param items what it holds at the start; their tasks are unfinished
     * @throws IllegalArgumentException if {@code maxSize} is not positive or less than the number of items
     */
    public LifoQueue(int maxSize, boolean fair, Collection<? extends T> items) {
        super(new RingItems<>(true), maxSize, fair, items);
    }
}
