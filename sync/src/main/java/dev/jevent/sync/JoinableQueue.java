package dev.jevent.sync;

import dev.jevent.Durations;
import dev.jevent.GreenletInterrupted;
import dev.jevent.Measured;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;
import java.util.AbstractQueue;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A queue whose takers and putters wait cooperatively, and which knows whether all that was put has been worked on:
 * {@link FifoQueue}, {@link LifoQueue}, {@link OrderedQueue}.
 *
 * <p>Used from any thread, by greenlets of several hubs and by threads without one. Items are not null.
 *
 * <p>A call that finds what it needs doesn't switch, even if others wait. Who waits is served first come first served,
 * but is only scheduled when there is something for him: a caller that runs before him may be faster, and then he waits
 * on, at his place. [F-Q-04, O-QUE-02] A <i>fair</i> queue hands items over instead, at the price of a switch for each.
 * A kill or a timeout of one who waits loses nothing and leaves no trace.
 *
 * <p>After {@link #shutdown()} nothing can be put, what is left can be taken, and then every call that takes throws
 * {@link QueueShutdownException}. [B-QUE-20]
 */
@AnyThread
public abstract sealed class JoinableQueue<T> extends AbstractQueue<T> implements BlockingQueue<T>, Measured
        permits FifoQueue, LifoQueue, OrderedQueue {
    /** The {@link #maxSize()} of a queue without limit. */
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    private final QueueState<T> state;

    JoinableQueue(Items<T> items, int maxSize, boolean fair, Collection<? extends T> initial) {
        if (initial.size() > checked(maxSize)) {
            throw new IllegalArgumentException("items: " + initial.size() + " (expected: <= maxSize, which is " + maxSize + ")");
        }
        state = new QueueState<>(this, items, maxSize, fair);
        for (T item : initial) {
            add(item);
        }
    }

    private static int checked(int maxSize) {
        if (maxSize < 1) {
            throw new IllegalArgumentException("maxSize: " + maxSize + " (expected: > 0; JoinableQueue.UNBOUNDED for no"
                    + " limit; a Channel for a queue that holds nothing)");
        }
        return maxSize;
    }

    // ---- putting ----

    /**
     * Waits for room.
     *
     * @throws QueueShutdownException also if it is shut down meanwhile; as all that put do
     */
    @Override
    @Switches
    public void put(T item) throws InterruptedException {
        interruptibly(item, -1);
    }

    /** @return false if there was no room before {@code timeout} was over */
    @Switches
    public boolean put(T item, Duration timeout) {
        return state.put(required(item), Durations.nanos("timeout", timeout));
    }

    @Override
    @Switches
    public boolean offer(T item, long timeout, TimeUnit unit) throws InterruptedException {
        return interruptibly(item, Math.max(0, unit.toNanos(timeout)));
    }

    private boolean interruptibly(T item, long nanos) throws InterruptedException {
        try {
            return state.put(required(item), nanos);
        } catch (GreenletInterrupted e) {
            throw e.asInterruptedException();
        }
    }

    @Override
    @NeverSwitches
    public boolean offer(T item) {
        return state.put(required(item), 0);
    }

    /**
     * @throws IllegalStateException if it is full
     */
    @Override
    @NeverSwitches
    public boolean add(T item) {
        if (!offer(item)) {
            throw new IllegalStateException(this + " is full");
        }
        return true;
    }

    private static <T> T required(T item) {
        return Objects.requireNonNull(item, "item");
    }

    // ---- taking ----

    /**
     * Waits for an item.
     *
     * @throws QueueShutdownException if it was shut down and nothing is left; as all that take do
     */
    @Override
    @Switches
    public T take() throws InterruptedException {
        return interruptibly(-1);
    }

    /** @return null if there was nothing before {@code timeout} was over */
    @Switches
    public T take(Duration timeout) {
        return state.take(Durations.nanos("timeout", timeout));
    }

    @Override
    @Switches
    public T poll(long timeout, TimeUnit unit) throws InterruptedException {
        return interruptibly(Math.max(0, unit.toNanos(timeout)));
    }

    private T interruptibly(long nanos) throws InterruptedException {
        try {
            return state.take(nanos);
        } catch (GreenletInterrupted e) {
            throw e.asInterruptedException();
        }
    }

    @Override
    @NeverSwitches
    public T poll() {
        return state.take(0);
    }

    /** Null if it is empty, also after a shutdown. */
    @Override
    @NeverSwitches
    public T peek() {
        return state.peek();
    }

    /** Waits for an item and leaves it there; another may take it before the caller runs. */
    @Switches
    public T awaitPeek() {
        return state.awaitPeek(-1);
    }

    /** @return null if there was nothing before {@code timeout} was over */
    @Switches
    public T awaitPeek(Duration timeout) {
        return state.awaitPeek(Durations.nanos("timeout", timeout));
    }

    /**
     * The items as they come, taken one by one, until it is shut down and empty: for a loop over work. Its
     * {@code hasNext()} waits for an item and takes it, its {@code next()} gives it.
     */
    public Iterable<T> untilShutdown() {
        return () -> new UntilShutdown<>(() -> state.take(-1));
    }

    /**
     * Moves items that are there to {@code target}, as if by {@link #poll()}. An item that {@code target} refuses by
     * throwing goes back to its place.
     */
    @Override
    @NeverSwitches
    public int drainTo(Collection<? super T> target) {
        return drainTo(target, Integer.MAX_VALUE);
    }

    @Override
    @NeverSwitches
    public int drainTo(Collection<? super T> target, int most) {
        Objects.requireNonNull(target, "target");
        if (target == this) {
            throw new IllegalArgumentException("target: " + this + " (expected: another collection)");
        }
        int count = Math.min(most, size());
        for (int moved = 0; moved < count; moved++) {
            T item = state.takeIfAny();
            if (item == null) {
                return moved;
            }
            boolean added = false;
            try {
                target.add(item);
                added = true;
            } finally {
                if (!added) {
                    state.restore(item);
                }
            }
        }
        return Math.max(0, count);
    }

    // ---- as a collection ----

    @Override
    @NeverSwitches
    public int size() {
        return state.size();
    }

    @Override
    @NeverSwitches
    public int remainingCapacity() {
        return state.room();
    }

    /** Over the items that are here now. */
    @Override
    @NeverSwitches
    public Iterator<T> iterator() {
        return new Snapshot();
    }

    @Override
    public Spliterator<T> spliterator() {
        return Spliterators.spliterator(toArray(), Spliterator.NONNULL | Spliterator.IMMUTABLE);
    }

    @Override
    public Object[] toArray() {
        return state.toArray();
    }

    @Override
    public <A> A[] toArray(A[] array) {
        Object[] items = toArray();
        if (array.length < items.length) {
            @SuppressWarnings("unchecked")
            A[] made = (A[]) Arrays.copyOf(items, items.length, array.getClass());
            return made;
        }
        System.arraycopy(items, 0, array, 0, items.length);
        if (array.length > items.length) {
            array[items.length] = null;
        }
        return array;
    }

    /** Withdraws an equal item: it will not be worked on, so that its task counts as done. So does all that removes. */
    @Override
    @NeverSwitches
    public boolean remove(Object item) {
        for (Object candidate : toArray()) {
            if (candidate.equals(item) && state.withdraw(candidate)) {
                return true;
            }
        }
        return false;
    }

    @Override
    @NeverSwitches
    public void clear() {
        state.clear();
    }

    private final class Snapshot implements Iterator<T> {
        private final Object[] items = toArray();
        private int next;
        private boolean removable;

        @Override
        public boolean hasNext() {
            return next < items.length;
        }

        @Override
        @SuppressWarnings("unchecked")
        public T next() {
            if (next == items.length) {
                throw new NoSuchElementException();
            }
            removable = true;
            return (T) items[next++];
        }

        @Override
        public void remove() {
            if (!removable) {
                throw new IllegalStateException("remove() without next()");
            }
            removable = false;
            state.withdraw(items[next - 1]);
        }
    }

    // ---- size, work, end ----

    /** How many items it can hold; {@link #UNBOUNDED} if it has no limit. */
    @NeverSwitches
    public int maxSize() {
        return state.maxSize();
    }

    /**
     * Sets how many items it can hold. If that is more than before, those who wait for room go on. If it is fewer than
     * are here, they stay. [D-16]
     *
     * @throws IllegalArgumentException unless {@code maxSize > 0}
     */
    @NeverSwitches
    public void maxSize(int maxSize) {
        state.maxSize(checked(maxSize));
    }

    /** How many items were put and not yet reported by {@link #taskDone()}. */
    @NeverSwitches
    public long unfinishedTasks() {
        return state.unfinished();
    }

    /**
     * Reports that the work on one item that was taken is finished.
     *
     * @throws IllegalStateException if it is called more often than items were put
     */
    @NeverSwitches
    public void taskDone() {
        state.taskDone();
    }

    /** Waits until the work on all items is finished. */
    @Switches
    public void join() {
        state.join(-1);
    }

    /** @return false if {@code timeout} was over before */
    @Switches
    public boolean join(Duration timeout) {
        return state.join(Durations.nanos("timeout", timeout));
    }

    /** Refuses what is put from now on, and from those who wait for room. What is here can still be taken. Idempotent. */
    @NeverSwitches
    public void shutdown() {
        state.shutdown();
    }

    /**
     * As {@link #shutdown()}, and drops what is here; the tasks dropped count as done.
     *
     * @return what was dropped
     */
    @NeverSwitches
    public List<T> shutdownNow() {
        return state.shutdownNow();
    }

    @NeverSwitches
    public boolean isShutdown() {
        return state.isShutdown();
    }

    @Override
    @NeverSwitches
    public Statistics statistics() {
        return state.statistics();
    }

    /**
     * A snapshot, for debuggers and monitoring.
     *
     * @param size items in it
     * @param unfinishedTasks items that were put and not yet reported as done
     * @param takers those who wait for an item
     * @param putters those who wait for room
     * @param joiners those who wait until all is done
     */
    public record Statistics(
            int size, int maxSize, long unfinishedTasks, int takers, int putters, int joiners, boolean shutdown) {}

    /** What it is and who waits, not its items: it names the queue in dumps. */
    @Override
    public String toString() {
        return "<" + getClass().getSimpleName() + " at 0x" + Integer.toHexString(System.identityHashCode(this)) + " " + state
                + ">";
    }
}
