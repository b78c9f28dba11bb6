package dev.jevent.sync.sim;

import dev.jevent.Greenlet;
import dev.jevent.Task;
import dev.jevent.sync.Pool;
import java.util.function.IntFunction;

/** What the scenarios know of a pool: the real one and the broken ones. */
interface Slots {
    /** Waits for a slot. */
    Greenlet<Void> spawn(Task body);

    int size();

    void join();

    static IntFunction<Slots> real() {
        return size -> new Slots() {
            private final Pool pool = new Pool(size);

            @Override
            public Greenlet<Void> spawn(Task body) {
                return pool.spawn(body);
            }

            @Override
            public int size() {
                return pool.size();
            }

            @Override
            public void join() {
                pool.join();
            }
        };
    }
}
