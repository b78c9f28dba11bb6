package dev.jevent.loop;

import java.util.Arrays;

/**
 * Deadlines in order, first set first among equals.
 *
 * <p>A heap of four children per node in two arrays: the keys of four siblings lie in one or two cache lines. Times are compared
 * by their difference, as {@link System#nanoTime} wants it, so a deadline is at most {@link #NEVER} ahead of the clock and
 * the clock must not be left behind by more than 40 years. {@code cancel} only marks; when the marked outnumber
 * the others they are swept, so each operation costs amortised O(log n), a cancel O(1).
 */
final class TimerHeap {
    /** What is further ahead never comes: 250 years. */
    static final long NEVER = 250L * 365 * 24 * 3600 * 1_000_000_000L;

    /** As many entries may be stale without being swept. */
    private static final int SLACK = 64;

    private static final int INITIAL_CAPACITY = 16;

    private long[] keys = new long[2 * INITIAL_CAPACITY]; // time and sequence of each entry
    private Deadline[] owners = new Deadline[INITIAL_CAPACITY];
    private int size;
    private int live; // deadlines that are set and have an entry: so many entries are valid, the rest is stale
    private int set; // deadlines that are set, be it to never or due
    private long lastSequence = Deadline.NONE;

    /** Sets {@code deadline}, whether set or not. */
    void set(Deadline deadline, long now, long nanos) {
        if (nanos > NEVER) {
            discard(deadline);
            markSet(deadline, now + NEVER);
            sweepIfNeeded();
        } else {
            setAt(deadline, now + Math.max(nanos, 0));
        }
    }

    /** @param at not more than {@link #NEVER} ahead */
    void setAt(Deadline deadline, long at) {
        boolean valid = deadline.set && deadline.entry != Deadline.NONE;
        markSet(deadline, at);
        if (!valid) {
            live++;
        }
        if (deadline.entry == Deadline.NONE || at - deadline.entryAt < 0) {
            push(deadline);
            sweepIfNeeded();
        }
    }

    private void markSet(Deadline deadline, long at) {
        if (!deadline.set) {
            deadline.set = true;
            set++;
        }
        deadline.at = at;
        deadline.sequence = ++lastSequence;
        deadline.due = Deadline.NONE;
    }

    /** Makes its entry stale. */
    private void discard(Deadline deadline) {
        if (deadline.entry != Deadline.NONE) {
            if (deadline.set) {
                live--;
            }
            deadline.entry = Deadline.NONE;
        }
    }

    void cancel(Deadline deadline) {
        if (!deadline.set) {
            return;
        }
        unset(deadline);
        if (deadline.entry != Deadline.NONE) {
            live--;
            sweepIfNeeded();
        }
    }

    /** Of one without an entry; else {@link #cancel}. */
    void unset(Deadline deadline) {
        deadline.set = false;
        set--;
    }

    /** How many are set. */
    int count() {
        return set;
    }

    /** Whether no time will ever come. */
    boolean isEmpty() {
        return live == 0;
    }

    /** The next time. Called when not empty. */
    long next() {
        settle();
        return keys[0];
    }

    /** Takes the next deadline out of the heap and marks it due; null if none is. */
    Deadline takeDue(long now) {
        if (live == 0) {
            return null;
        }
        settle();
        if (keys[0] - now > 0) {
            return null;
        }
        Deadline deadline = owners[0];
        removeFirst();
        deadline.entry = Deadline.NONE;
        deadline.due = deadline.sequence;
        live--;
        return deadline;
    }

    /** Brings a valid entry to the top that says what its deadline says. */
    private void settle() {
        for (;;) {
            Deadline deadline = owners[0];
            long sequence = keys[1];
            if (deadline.entry != sequence) {
                removeFirst();
            } else if (!deadline.set) {
                deadline.entry = Deadline.NONE;
                removeFirst();
            } else if (deadline.sequence != sequence) {
                refresh(deadline);
                down(0, deadline.at, deadline.sequence, deadline);
            } else {
                return;
            }
        }
    }

    private static void refresh(Deadline deadline) {
        deadline.entry = deadline.sequence;
        deadline.entryAt = deadline.at;
    }

    private void push(Deadline deadline) {
        if (size == owners.length) {
            resize(size << 1);
        }
        refresh(deadline);
        up(size++, deadline.at, deadline.sequence, deadline);
    }

    private void removeFirst() {
        int last = --size;
        Deadline moved = owners[last];
        owners[last] = null;
        if (last > 0) {
            down(0, keys[2 * last], keys[2 * last + 1], moved);
        }
    }

    private void up(int index, long at, long sequence, Deadline deadline) {
        int i = index;
        while (i > 0) {
            int parent = i - 1 >> 2;
            if (!before(at, sequence, parent)) {
                break;
            }
            move(parent, i);
            i = parent;
        }
        put(i, at, sequence, deadline);
    }

    private void down(int index, long at, long sequence, Deadline deadline) {
        int i = index;
        for (;;) {
            int child = 4 * i + 1;
            if (child >= size) {
                break;
            }
            int end = Math.min(child + 4, size);
            int first = child;
            for (int other = child + 1; other < end; other++) {
                if (before(keys[2 * other], keys[2 * other + 1], first)) {
                    first = other;
                }
            }
            if (before(at, sequence, first)) {
                break;
            }
            move(first, i);
            i = first;
        }
        put(i, at, sequence, deadline);
    }

    private boolean before(long at, long sequence, int index) {
        long difference = at - keys[2 * index];
        return difference < 0 || difference == 0 && sequence < keys[2 * index + 1];
    }

    private void move(int from, int to) {
        keys[2 * to] = keys[2 * from];
        keys[2 * to + 1] = keys[2 * from + 1];
        owners[to] = owners[from];
    }

    private void put(int index, long at, long sequence, Deadline deadline) {
        keys[2 * index] = at;
        keys[2 * index + 1] = sequence;
        owners[index] = deadline;
    }

    private void resize(int capacity) {
        keys = Arrays.copyOf(keys, 2 * capacity);
        owners = Arrays.copyOf(owners, capacity);
    }

    /** With none live, all go at once: nothing that was cancelled is held by an idle loop. */
    private void sweepIfNeeded() {
        int stale = size - live;
        if (live == 0 ? stale > 0 : stale > live + SLACK) {
            sweep();
        }
    }

    private void sweep() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            Deadline deadline = owners[i];
            if (deadline.entry != keys[2 * i + 1]) {
                continue;
            }
            if (deadline.set) {
                refresh(deadline);
                put(kept++, deadline.at, deadline.sequence, deadline);
            } else {
                deadline.entry = Deadline.NONE;
            }
        }
        Arrays.fill(owners, kept, size, null);
        size = kept;
        int capacity = owners.length;
        while (capacity > INITIAL_CAPACITY && capacity > 8 * (size + SLACK)) {
            capacity >>= 1;
        }
        if (capacity < owners.length) {
            resize(capacity);
        }
        for (int i = size - 2 >> 2; i >= 0; i--) {
            down(i, keys[2 * i], keys[2 * i + 1], owners[i]);
        }
    }

    /** Entries, stale ones included. */
    int entries() {
        return size;
    }
}
