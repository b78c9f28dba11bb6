package dev.jevent.sync.sim;

import dev.jevent.Jevent;
import dev.jevent.sync.Timeout;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** What the scenarios know of a scope with a time limit: the real one and the broken ones. */
@FunctionalInterface
interface Limit {
    void run(Duration limit, Jevent.VoidBody<TimeoutException> body) throws TimeoutException;

    static Limit real() {
        return (limit, body) -> new Timeout(limit).run(body);
    }
}
