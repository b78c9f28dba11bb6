package dev.jevent.loop.epoll;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * Makes an interrupt end a system call of the loop's thread. The JDK's class for that is a channel, which an interrupt closes;
 * ours has nothing to close, but a poll to end.
 *
 * <pre>
 *   AWAKE ── enter() ──▶ ASLEEP ── leave() ──▶ AWAKE
 *                          └── interrupt ──▶ SPENT
 * </pre>
 */
final class Sleep extends AbstractInterruptibleChannel {
    private final Wakeup wakeup;

    Sleep(Wakeup wakeup) {
        this.wakeup = wakeup;
    }

    /** @return false if it is spent, and another is needed */
    boolean enter() {
        if (!isOpen()) {
            return false;
        }
        begin();
        return true;
    }

    /** The thread stays interrupted, if it is: that is for the loop's owner. */
    void leave() {
        try {
            end(true);
        } catch (ClosedByInterruptException e) {
            // The poll has ended for it: the thread is interrupted, and this is spent.
        } catch (AsynchronousCloseException e) {
            throw new AssertionError(e); // only of an operation that wasn't completed
        }
    }

    @Override
    protected void implCloseChannel() {
        wakeup.send();
    }
}
