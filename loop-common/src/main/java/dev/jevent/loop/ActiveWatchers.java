package dev.jevent.loop;

import dev.jevent.Watcher;
import java.util.ArrayList;
import java.util.List;

/** The started watchers of a loop, which lives as long as they are; linked through themselves. */
final class ActiveWatchers {
    private LoopWatcher first;
    private int count;

    void add(LoopWatcher watcher) {
        count++;
        watcher.nextActive = first;
        if (first != null) {
            first.previousActive = watcher;
        }
        first = watcher;
    }

    void remove(LoopWatcher watcher) {
        count--;
        LoopWatcher previous = watcher.previousActive;
        LoopWatcher next = watcher.nextActive;
        if (previous == null) {
            first = next;
        } else {
            previous.nextActive = next;
        }
        if (next != null) {
            next.previousActive = previous;
        }
        watcher.previousActive = null;
        watcher.nextActive = null;
    }

    void stopAll() {
        while (first != null) {
            first.deactivate();
        }
    }

    List<Watcher> list() {
        List<Watcher> list = new ArrayList<>(count);
        for (LoopWatcher watcher = first; watcher != null; watcher = watcher.nextActive) {
            list.add(watcher);
        }
        return list;
    }

    int count() {
        return count;
    }
}
