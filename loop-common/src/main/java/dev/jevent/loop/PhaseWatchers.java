package dev.jevent.loop;

import java.util.ArrayList;

/** The active watchers of one phase, in the order they were started. */
final class PhaseWatchers {
    private final String name;
    private final ArrayList<PhaseWatcher> active = new ArrayList<>(0);

    PhaseWatchers(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    boolean isEmpty() {
        return active.isEmpty();
    }

    void add(PhaseWatcher watcher) {
        active.add(watcher);
    }

    void remove(PhaseWatcher watcher) {
        active.remove(watcher);
    }

    /** Queues all of them for the current step. */
    void queue(ReadyQueue current) {
        for (int i = 0; i < active.size(); i++) {
            queue(active.get(i), current);
        }
    }

    /** Queues those of the highest priority that is here, unless that is not above {@code pending}. */
    void queueHighest(ReadyQueue current, int pending) {
        int highest = pending;
        for (int i = 0; i < active.size(); i++) {
            highest = Math.max(highest, active.get(i).priority());
        }
        for (int i = 0; highest > pending && i < active.size(); i++) {
            if (active.get(i).priority() == highest) {
                queue(active.get(i), current);
            }
        }
    }

    private static void queue(PhaseWatcher watcher, ReadyQueue current) {
        if (watcher.markPending()) {
            current.addEvent(watcher, watcher.priority());
        }
    }
}
