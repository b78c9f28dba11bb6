package dev.jevent.sync;

import java.util.List;

/** Each kind of queue, with and without hand-over. */
enum QueueKind {
    FIFO, LIFO, ORDERED, FAIR_FIFO, FAIR_LIFO, FAIR_ORDERED;

    <T extends Comparable<T>> JoinableQueue<T> make(int maxSize, List<T> items) {
        return switch (this) {
            case FIFO, FAIR_FIFO -> new FifoQueue<T>(maxSize, this == FAIR_FIFO, items);
            case LIFO, FAIR_LIFO -> new LifoQueue<T>(maxSize, this == FAIR_LIFO, items);
            case ORDERED, FAIR_ORDERED -> new OrderedQueue<T>(maxSize, this == FAIR_ORDERED, null, items);
        };
    }

    <T extends Comparable<T>> JoinableQueue<T> make(int maxSize) {
        return make(maxSize, List.<T>of());
    }

    <T extends Comparable<T>> JoinableQueue<T> make() {
        return make(JoinableQueue.UNBOUNDED);
    }
}
