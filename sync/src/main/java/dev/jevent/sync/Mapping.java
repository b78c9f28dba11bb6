package dev.jevent.sync;

/** What {@link Group#map} and its kin call for each item; may wait, and may throw anything. */
@FunctionalInterface
public interface Mapping<T, R, X extends Exception> {
    R apply(T item) throws X;
}
