package dev.jevent.sync;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/** Takes one item after another until there will be none any more. Confined to one user at a time. */
final class UntilShutdown<T> implements Iterator<T> {
    private final Supplier<T> source;
    private T next;
    private boolean ended;

    /** @param source waits; throws {@link QueueShutdownException} at the end */
    UntilShutdown(Supplier<T> source) {
        this.source = source;
    }

    @Override
    public boolean hasNext() {
        if (next == null && !ended) {
            try {
                next = source.get();
            } catch (QueueShutdownException e) {
                ended = true;
            }
        }
        return next != null;
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        T item = next;
        next = null;
        return item;
    }
}
