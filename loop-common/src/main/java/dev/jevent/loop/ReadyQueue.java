package dev.jevent.loop;

import dev.jevent.Watcher;
import dev.jevent.spi.Environment;

/**
 * What is to be called, by priority high to low: within one priority first events in the order they came, then deadlines by
 * time.
 */
final class ReadyQueue {
    private static final int LEVELS = Watcher.MAX_PRIORITY - Watcher.MIN_PRIORITY + 1;

    /** What {@link #highest} is if there is nothing: below any priority. */
    static final int NOTHING = Watcher.MIN_PRIORITY - 1;

    private final Ring<Ready>[] events = rings();
    private final Ring<Ready>[] deadlines = rings();
    private final Environment chooser; // null in production: first come first served
    private int levels; // a bit for each priority that may have something
    private int size;

    /** @param environment chooses among events of one priority if it is simulated */
    ReadyQueue(Environment environment) {
        chooser = environment.simulated() ? environment : null;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Ring<Ready>[] rings() {
        return new Ring[LEVELS];
    }

    void addEvent(Ready event, int priority) {
        add(events, event, priority);
    }

    void addDeadline(Ready deadline, int priority) {
        add(deadlines, deadline, priority);
    }

    private void add(Ring<Ready>[] rings, Ready ready, int priority) {
        int level = priority - Watcher.MIN_PRIORITY;
        Ring<Ready> ring = rings[level];
        if (ring == null) {
            rings[level] = ring = new Ring<>(16);
        }
        ring.add(ready);
        levels |= 1 << level;
        size++;
    }

    /** The next in its turn; null if there is none. */
    Ready take() {
        while (levels != 0) {
            int level = highestLevel();
            Ready ready = takeEvent(events[level]);
            if (ready == null) {
                ready = deadlines[level] == null ? null : deadlines[level].take();
            }
            if (ready != null) {
                size--;
                return ready;
            }
            levels &= ~(1 << level);
        }
        return null;
    }

    private Ready takeEvent(Ring<Ready> ring) {
        if (ring == null || ring.isEmpty()) {
            return null;
        }
        return chooser == null ? ring.take() : ring.take(chooser.choose(ring.size()));
    }

    private int highestLevel() {
        return 31 - Integer.numberOfLeadingZeros(levels);
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** The highest priority of what is here. */
    int highest() {
        return size == 0 ? NOTHING : highestLevel() + Watcher.MIN_PRIORITY;
    }
}
