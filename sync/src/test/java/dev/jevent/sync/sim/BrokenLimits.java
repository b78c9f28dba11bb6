package dev.jevent.sync.sim;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.spi.Alarm;
import dev.jevent.spi.HubLoop;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** A scope with a time limit, right but for the one thing that a subclass does wrong. */
class BrokenLimits implements Limit {
    /** Thrown into the greenlet whose time is over. */
    static final class Over extends Error {
        private static final long serialVersionUID = 1;

        Over() {
            super("over", null, false, false);
        }
    }

    @Override
    public void run(Duration limit, Jevent.VoidBody<TimeoutException> body) throws TimeoutException {
        Greenlet<?> greenlet = Greenlet.current();
        Over over = new Over();
        Alarm alarm = ((HubLoop) Hub.current().loop()).alarm(() -> greenlet.killLater(over));
        alarm.set(nanos(limit), true);
        try {
            body.run();
        } catch (Over error) {
            if (!isOwn(error, over)) {
                throw error;
            }
            throw new TimeoutException();
        } finally {
            end(alarm, greenlet, over);
        }
    }

    long nanos(Duration limit) {
        return limit.toNanos();
    }

    boolean isOwn(Over thrown, Over own) {
        return thrown == own;
    }

    void end(Alarm alarm, Greenlet<?> greenlet, Over over) {
        alarm.cancel();
        greenlet.takeBack(over);
    }

    /** The time goes on when the scope is left. */
    static final class StrikesAfterTheScope extends BrokenLimits {
        @Override
        void end(Alarm alarm, Greenlet<?> greenlet, Over over) {}
    }

    /** What was thrown and is on its way when the scope is left, arrives later. */
    static final class DoesNotTakeBack extends BrokenLimits {
        @Override
        void end(Alarm alarm, Greenlet<?> greenlet, Over over) {
            alarm.cancel();
        }
    }

    /** An inner scope takes the timeout of an outer one for its own. */
    static final class TakesTheOuterForItsOwn extends BrokenLimits {
        @Override
        boolean isOwn(Over thrown, Over own) {
            return true;
        }
    }

    /** Is over one nanosecond too early. */
    static final class IsOverTooEarly extends BrokenLimits {
        @Override
        long nanos(Duration limit) {
            return limit.toNanos() - 1;
        }
    }
}
