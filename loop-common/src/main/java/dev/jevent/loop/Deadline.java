package dev.jevent.loop;

/**
 * A moment at which something is to happen; an entry of a {@link TimerHeap}, set again and again.
 *
 * <pre>
 *   UNSET ── set ──▶ SET ── due ──▶ SET, DUE ── dispatch ──▶ UNSET, then expire()
 *   SET ── set ──▶ SET       also from DUE: what was due is forgotten
 *   SET, DUE ── cancel ──▶ UNSET
 * </pre>
 *
 * <p>Its entry in the heap may be older than what it says: an entry that is early is moved when it surfaces, and one that
 * nobody refers to any more is dropped then. So to set it later, and to cancel it, costs nothing.
 */
abstract class Deadline implements Ready {
    /** What {@link #entry} and {@link #due} are if there is none. */
    static final long NONE = 0;

    private final TimerHeap heap;

    boolean set;

    /** In nanoseconds of the loop's clock. */
    long at;

    /** Grows from one {@code set} to the next, of all deadlines of a heap: first come first served among equals. */
    long sequence;

    /** The sequence in the one valid entry of the heap. */
    long entry = NONE;

    /** The time in that entry: not after {@link #at}. */
    long entryAt;

    /** The sequence with which it became due and waits for its turn. */
    long due = NONE;

    Deadline(TimerHeap heap) {
        this.heap = heap;
    }

    abstract int priority();

    /** Called unset; may set it again. */
    abstract void expire();

    @Override
    public final void dispatch() {
        boolean valid = set && due == sequence;
        due = NONE;
        if (valid) {
            heap.unset(this);
            expire();
        }
    }
}
