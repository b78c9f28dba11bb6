package dev.jevent.loop;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * For pollers that wait in native code, which no interrupt ends: makes an interrupt of the loop's thread wake the poller. The
 * JDK's class for that is a channel, which an interrupt closes; ours has nothing to close, but a poll to end.
 *
 * <pre>
 *   AWAKE ── enter() ──▶ ASLEEP ── leave() ──▶ AWAKE
 *                          └── interrupt ──▶ SPENT
 * </pre>
 */
public final class NativeSleep extends AbstractInterruptibleChannel {
    private final NativeWakeup wakeup;

    public NativeSleep(NativeWakeup wakeup) {
        this.wakeup = wakeup;
    }

    /** Before the wait. @return false if this is spent, and another is needed */
    public boolean enter() {
        if (!isOpen()) {
            return false;
        }
        begin();
        return true;
    }

    /** After it. The thread stays interrupted, if it is: that is for the loop's owner. */
    public void leave() {
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
