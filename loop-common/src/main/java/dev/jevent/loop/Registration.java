package dev.jevent.loop;

import dev.jevent.Pollable;
import java.util.Arrays;

/**
 * One pollable that has watchers, and what the poller knows of it.
 *
 * <pre>
 *   NEW ── first start ──▶ REGISTERED ── last watcher closed, or the pollable closing ──▶ GONE
 *    └──── the same ───────────────────────────────────────────────────────────────────────▲
 * </pre>
 */
final class Registration {
    private static final IoWatcher[] NONE = {};

    final Pollable pollable;

    /** Slot in the low half, generation in the high one; while registered. */
    long token;

    boolean registered;
    boolean gone;

    /** Is in the list of those to be brought in line before the poll. */
    boolean dirty;

    /** If dirty: the place in the queue of tasks until which it may stay so. */
    int lookAfter;

    /** As the poller has it. */
    int interest;

    /** On an edge-triggered poller: was reported, and may still be ready without another report. */
    int ready;

    /** Was reported to stay ready for ever. */
    int lasting;

    /** Watchers that aren't closed. */
    int open;

    private IoWatcher[] active = NONE;
    private int count;

    Registration(Pollable pollable) {
        this.pollable = pollable;
    }

    void add(IoWatcher watcher) {
        if (count == active.length) {
            active = Arrays.copyOf(active, Math.max(2, 2 * count));
        }
        active[count++] = watcher;
    }

    void remove(IoWatcher watcher) {
        for (int i = 0; i < count; i++) {
            if (active[i] == watcher) {
                System.arraycopy(active, i + 1, active, i, --count - i);
                active[count] = null;
                return;
            }
        }
    }

    int count() {
        return count;
    }

    /** The union of interests of those watchers that can be called now: not of one whose callback the host has put off. */
    int wanted() {
        int union = 0;
        for (int i = 0; i < count; i++) {
            if (!active[i].pending()) {
                union |= active[i].interest();
            }
        }
        return union;
    }

    /** Makes those pending whom {@code mask} concerns, in the order they were started. */
    void arrived(int mask) {
        for (int i = 0; i < count; i++) {
            active[i].arrived(mask);
        }
    }

    @Override
    public String toString() {
        if (pollable instanceof Pollable.OfDescriptor of) {
            return "descriptor " + of.descriptor();
        }
        return ((Pollable.OfChannel) pollable).channel().toString();
    }
}
