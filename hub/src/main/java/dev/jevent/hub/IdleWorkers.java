package dev.jevent.hub;

import java.util.concurrent.locks.LockSupport;

/** Threads that wait for a call; the one that came last is taken first. Inside the crew's guard. */
final class IdleWorkers {
    private Worker top;

    boolean isEmpty() {
        return top == null;
    }

    void add(Worker worker) {
        worker.idle = true;
        worker.below = top;
        if (top != null) {
            top.above = worker;
        }
        top = worker;
    }

    void remove(Worker worker) {
        if (worker.above == null) {
            top = worker.below;
        } else {
            worker.above.below = worker.below;
        }
        if (worker.below != null) {
            worker.below.above = worker.above;
        }
        worker.above = null;
        worker.below = null;
        worker.idle = false;
    }

    /** Not on an empty stack. */
    Worker take() {
        Worker worker = top;
        remove(worker);
        return worker;
    }

    /** Outside the guard: wakes a chain of workers that were taken, linked through {@link Worker#below}. */
    static void unparkAll(Worker chain) {
        for (Worker worker = chain; worker != null; worker = worker.below) {
            LockSupport.unpark(worker.thread);
        }
    }
}
