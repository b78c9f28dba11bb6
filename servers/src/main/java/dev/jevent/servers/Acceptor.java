package dev.jevent.servers;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Interest;
import dev.jevent.Waiter;
import dev.jevent.sync.Event;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Takes what comes to a server, until the listener is closed or this is killed. */
final class Acceptor extends Greenlet<Void> {
    private static final long REPORT_NANOS = 1_000_000_000;

    private final Server server;
    private final Event released = new Event();
    private volatile boolean pausing;
    private volatile long errors;
    private long lastReport;

    Acceptor(Server server) {
        this.server = server;
    }

    /** @throws ClosedChannelException if somebody has closed the listener */
    @Override
    protected Void run() throws IOException {
        pause(1); // loads what it needs: later there may be no descriptor left to load a class with
        int row = 0;
        long pause = 0;
        while (true) {
            try {
                if (server.awaitTurn()) {
                    row = 0;
                } else if (!server.takeOne()) {
                    row = 0;
                    server.listening().await(Interest.READ, -1);
                } else {
                    pause = 0;
                    if (++row >= server.maxAccept()) {
                        row = 0;
                        hub().yieldNow();
                    }
                }
            } catch (ClosedChannelException | GreenletExit e) {
                throw e;
            } catch (Throwable e) { // also Errors: of memory or classes, whose lack may pass, too
                if (!server.started()) {
                    return null;
                }
                report(e);
                pause = server.pauseAfter(pause);
                pause(pause);
            }
        }
    }

    /** At most once a second: with no descriptor left every attempt fails. */
    private void report(Throwable error) {
        long now = Waiter.current().nanoTime();
        if (errors == 0 || now - lastReport >= REPORT_NANOS) {
            lastReport = now;
            hub().handleError(server, error);
        }
        errors++; // only here
    }

    /** Not longer than until a handler has ended, and with it perhaps what was short. */
    private void pause(long nanos) {
        released.clear();
        pausing = true;
        try {
            released.await(Duration.ofNanos(nanos));
        } finally {
            pausing = false;
        }
    }

    /** Waits until a handler has ended, unless {@code room} is there. @return whether it waited */
    boolean awaitReleased(BooleanSupplier room) {
        released.clear();
        pausing = true;
        try {
            if (room.getAsBoolean()) { // looked at after whoever ends would tell
                return false;
            }
            released.await();
            return true;
        } finally {
            pausing = false;
        }
    }

    /** A handler has ended. */
    void released() {
        if (pausing) {
            released.set();
        }
    }

    long errors() {
        return errors;
    }

    @Override
    protected boolean isReported(Throwable error) {
        return !server.isFailureKnown();
    }

    @Override
    public String toString() {
        return "<acceptor of " + server + ">";
    }
}
