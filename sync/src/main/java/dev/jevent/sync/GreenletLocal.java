package dev.jevent.sync;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * A value that each greenlet has for itself; so has main, the hub greenlet that runs callbacks, and each thread without a
 * hub. Values are not inherited from the spawner.
 *
 * <p>A greenlet is a thread, so this is a {@link ThreadLocal}, and a plain one works as well. When a greenlet ends, its
 * values are freed at once, even if somebody keeps the {@code Greenlet}. When nobody refers to the local any more, its
 * value in a greenlet that goes on is freed while that uses other locals, at its end at the latest. [F-LOC-03]
 */
public final class GreenletLocal<T> extends ThreadLocal<T> {
    private final Supplier<? extends T> initial; // null: null

    /** Null in a greenlet that hasn't set it. */
    public GreenletLocal() {
        this.initial = null;
    }

    private GreenletLocal(Supplier<? extends T> initial) {
        this.initial = Objects.requireNonNull(initial, "initial");
    }

    /** @param initial called in each greenlet when it first {@linkplain #get() gets} the value without having set it */
    public static <S> GreenletLocal<S> withInitial(Supplier<? extends S> initial) {
        return new GreenletLocal<>(initial);
    }

    @Override
    protected T initialValue() {
        return initial == null ? null : initial.get();
    }
}
