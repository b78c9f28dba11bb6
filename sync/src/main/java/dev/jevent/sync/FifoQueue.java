package dev.jevent.sync;

import java.util.Collection;
import java.util.List;

/** First in, first out: gevent's {@code Queue}. */
public final class FifoQueue<T> extends JoinableQueue<T> {
    public FifoQueue() {
        this(UNBOUNDED);
    }

    /** Without limit, holding {@code items}. */
    public FifoQueue(Collection<? extends T> items) {
        this(UNBOUNDED, false, items);
    }

    public FifoQueue(int maxSize) {
        this(maxSize, false);
    }

    public FifoQueue(int maxSize, boolean fair) {
        this(maxSize, fair, List.of());
    }

    /**
     * @param maxSize how many items it can hold
     * @param fair whether it hands items over in turn instead of letting callers that run overtake those that wait
     * @param items what it holds at the start; their tasks are unfinished
     * @throws IllegalArgumentException if {@code maxSize} is not positive or less than the number of items
     */
    public FifoQueue(int maxSize, boolean fair, Collection<? extends T> items) {
        super(new RingItems<>(false), maxSize, fair, items);
    }
}
