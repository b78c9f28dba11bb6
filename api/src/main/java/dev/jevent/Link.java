package dev.jevent;

import java.util.function.Consumer;

/** One callback linked to a {@link Linkable}. */
final class Link<S extends Linkable<S>> extends WaitNode implements Runnable {
    private final Linkable<S> source;
    private final Consumer<? super S> callback;
    private final Object key;
    private final Hub hub;

    Link<S> nextScheduled;
    boolean over; // runs, has run, or was unlinked

    Link(Linkable<S> source, Consumer<? super S> callback, Object key, Hub hub) {
        this.source = source;
        this.callback = callback;
        this.key = key;
        this.hub = hub;
    }

    boolean isFor(Object callback) {
        return key.equals(callback);
    }

    @Override
    protected boolean claim() {
        return true; // unlinking takes the node out of the queue instead
    }

    @Override
    public void wake(Object value) {
        source.addScheduled(this);
        hub.loop().runCallbackThreadSafe(this);
    }

    @Override
    public void run() {
        if (source.removeScheduled(this)) {
            callback.accept(source.self());
        }
    }

    @Override
    public String toString() {
        return "link of " + source + " to " + callback;
    }
}
