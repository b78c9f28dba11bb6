package dev.jevent.hub;

/** The greenlets that were started and haven't ended, in that order. A list through the strands themselves: no memory of its own. */
final class LiveGreenlets {
    private GreenletStrand first;
    private GreenletStrand last;
    private int size;
    private long added;

    GreenletStrand first() {
        return first;
    }

    int size() {
        return size;
    }

    /** How many were ever added. */
    long added() {
        return added;
    }

    void add(GreenletStrand strand) {
        strand.live = true;
        strand.previousLive = last;
        if (last == null) {
            first = strand;
        } else {
            last.nextLive = strand;
        }
        last = strand;
        size++;
        added++;
    }

    void remove(GreenletStrand strand) {
        if (!strand.live) {
            return;
        }
        strand.live = false;
        if (strand.previousLive == null) {
            first = strand.nextLive;
        } else {
            strand.previousLive.nextLive = strand.nextLive;
        }
        if (strand.nextLive == null) {
            last = strand.previousLive;
        } else {
            strand.nextLive.previousLive = strand.previousLive;
        }
        strand.previousLive = null;
        strand.nextLive = null;
        size--;
    }

    /** Empties the list: what still lives doesn't keep its neighbours in memory. */
    void clear() {
        while (first != null) {
            remove(first);
        }
    }

    /** Whether one is inside a JDK call that others may end. */
    boolean anyInJdkCall() {
        for (GreenletStrand strand = first; strand != null; strand = strand.nextLive) {
            if (strand.isInJdkCall()) {
                return true;
            }
        }
        return false;
    }
}
