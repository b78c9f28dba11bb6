package dev.jevent.io;

import dev.jevent.GreenletInterrupted;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;

/** Lets a thread that has no hub wait for a channel which loops watch, with a selector of its own. */
final class ThreadPoll extends Readiness.Observer {
    private final Selector selector;

    private ThreadPoll(Selector selector) {
        this.selector = selector;
    }

    /**
     * Waits until the channel is ready, or perhaps a little less. By whoever has {@linkplain Readiness#acquire taken} the direction.
     *
     * @param operation of {@link java.nio.channels.SelectionKey}
     * @param nanos longest wait; negative: without limit
     * @return false if the time was over before
     * @throws AsynchronousCloseException if it is closed meanwhile
     * @throws GreenletInterrupted if the thread is interrupted
     */
    static boolean await(Readiness readiness, int operation, long nanos) throws IOException {
        SelectableChannel channel = readiness.channel();
        Selector selector = channel.provider().openSelector();
        ThreadPoll poll = new ThreadPoll(selector);
        boolean attached = false;
        int ready;
        try {
            attached = readiness.attach(poll);
            if (attached) {
                channel.register(selector, operation);
            }
            ready = !attached || nanos == 0 ? selector.selectNow() : nanos < 0 ? selector.select() : selector.select(millis(nanos));
        } finally {
            selector.close(); // before the channel, which is closed by the last one who was told; a wakeup() of it may still come
            if (attached && !readiness.detach(poll)) {
                attached = false;
                readiness.told();
            }
        }
        if (!attached) {
            throw new AsynchronousCloseException();
        }
        if (Thread.interrupted()) {
            throw new GreenletInterrupted(); // as any wait of such a thread
        }
        return ready > 0 || nanos < 0;
    }

    private static long millis(long nanos) {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1));
    }

    @Override
    void closing() {
        selector.wakeup();
    }
}
