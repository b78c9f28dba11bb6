package dev.jevent.loop;

/** Brings an event of a watcher from another thread to its loop. A closed loop drops it: its watchers are stopped. */
abstract class Delivery implements Runnable {
    private final LoopWatcher watcher;

    Delivery(LoopWatcher watcher) {
        this.watcher = watcher;
    }

    /** Any thread. */
    final void send() {
        watcher.loop.deliver(this);
    }

    /** On the loop's thread: takes note of what came. @return whether the watcher is to fire */
    abstract boolean arrive();

    @Override
    public final void run() {
        if (arrive()) {
            watcher.makePending();
        }
    }
}
