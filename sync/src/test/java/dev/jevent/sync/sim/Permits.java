package dev.jevent.sync.sim;

import dev.jevent.sync.Semaphore;
import java.time.Duration;
import java.util.function.IntFunction;

/** What the scenarios know of a semaphore: the real one and the broken ones. */
interface Permits {
    void acquire();

    boolean acquire(Duration timeout);

    void release();

    int available();

    static IntFunction<Permits> of(IntFunction<? extends Semaphore> maker) {
        return permits -> new Permits() {
            private final Semaphore semaphore = maker.apply(permits);

            @Override
            public void acquire() {
                semaphore.acquire();
            }

            @Override
            public boolean acquire(Duration timeout) {
                return semaphore.acquire(timeout);
            }

            @Override
            public void release() {
                semaphore.release();
            }

            @Override
            public int available() {
                return semaphore.availablePermits();
            }

            @Override
            public String toString() {
                return semaphore.toString();
            }
        };
    }
}
