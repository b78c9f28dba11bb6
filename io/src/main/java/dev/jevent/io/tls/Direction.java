package dev.jevent.io.tls;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Strand;
import dev.jevent.Waiter;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.sync.Timeout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** One direction of a stream: who uses it, and for how long they may. */
final class Direction {
    private final TlsStream stream;
    private final String verb;
    private final AtomicReference<Object> user = new AtomicReference<>();
    private Timeout limit = Timeout.none();

    /** A single buffer as the array that engines take. Of the user. */
    final ByteBuffer[] single = new ByteBuffer[1];

    Direction(TlsStream stream, String verb) {
        this.stream = stream;
        this.verb = verb;
    }

    /** @throws ConcurrentUseException if somebody uses it */
    @NeverSwitches
    void enter() {
        enter(Waiter.current());
    }

    /** As {@link #enter}, for who is not going to wait, and may be a callback of the loop. */
    @NeverSwitches
    void enterBriefly() {
        enter(Thread.currentThread());
    }

    /** As {@link #enterBriefly}, but returns false if somebody uses it. */
    @NeverSwitches
    boolean tryEnter() {
        return user.compareAndSet(null, Thread.currentThread());
    }

    private void enter(Object mine) {
        Object other = user.compareAndExchange(null, mine);
        if (other != null) {
            throw new ConcurrentUseException(name(mine) + " cannot " + verb + " " + stream + ": " + name(other) + " does already");
        }
    }

    @NeverSwitches
    void leave() {
        single[0] = null;
        user.set(null);
    }

    /** To be started by the user; the same one as long as the time is the same. @param duration null: without limit */
    @NeverSwitches
    Timeout limit(Duration duration) {
        if (duration == null) {
            return Timeout.none();
        }
        if (!duration.equals(limit.duration())) {
            limit = new Timeout(duration);
        }
        return limit;
    }

    private static Object name(Object user) {
        return user instanceof Strand strand ? strand.greenlet() : user;
    }
}
