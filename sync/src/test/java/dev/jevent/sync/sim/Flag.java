package dev.jevent.sync.sim;

import dev.jevent.Waitable;
import dev.jevent.sync.Event;
import java.time.Duration;
import java.util.function.Supplier;

/** What the scenarios know of an event: the real one and the broken ones. */
interface Flag {
    void await();

    boolean await(Duration timeout);

    void set();

    void clear();

    boolean isSet();

    /** For waits for several things at once. */
    Waitable waitable();

    static Supplier<Flag> real() {
        return () -> new Flag() {
            private final Event event = new Event();

            @Override
            public void await() {
                event.await();
            }

            @Override
            public boolean await(Duration timeout) {
                return event.await(timeout);
            }

            @Override
            public void set() {
                event.set();
            }

            @Override
            public void clear() {
                event.clear();
            }

            @Override
            public boolean isSet() {
                return event.isSet();
            }

            @Override
            public Waitable waitable() {
                return event;
            }
        };
    }
}
