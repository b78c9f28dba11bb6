package dev.jevent.loop;

import dev.jevent.Watcher;

/** {@link Watcher.Phase}: prepare, check or idle, whichever list it is in. */
final class PhaseWatcher extends LoopWatcher implements Watcher.Phase {
    private final PhaseWatchers list;

    PhaseWatcher(PollingLoop loop, PhaseWatchers list) {
        super(loop);
        this.list = list;
    }

    @Override
    void arm() {
        list.add(this);
    }

    @Override
    void disarm() {
        list.remove(this);
    }

    @Override
    String subject() {
        return list.name();
    }
}
