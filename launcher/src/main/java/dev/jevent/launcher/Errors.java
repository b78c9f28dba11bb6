package dev.jevent.launcher;

import java.util.ArrayList;
import java.util.List;

/** Counts what went wrong in one thread's greenlets and keeps the first few. */
final class Errors {
    private static final int KEPT = 5;

    private final List<String> first = new ArrayList<>();
    private int count;

    void add(String where, Throwable error) {
        add(where + ": " + error);
    }

    void add(String what) {
        if (count++ < KEPT) {
            first.add(what);
        }
    }

    int count() {
        return count;
    }

    List<String> first() {
        return first;
    }

    void addAll(Errors others) {
        others.first.forEach(what -> {
            if (first.size() < KEPT) {
                first.add(what);
            }
        });
        count += others.count;
    }
}
