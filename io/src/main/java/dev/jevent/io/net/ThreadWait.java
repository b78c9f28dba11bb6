package dev.jevent.io.net;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Lets a thread without a hub wait for a channel that greenlets wait for with their loops: with a selector, for a channel in
 * non-blocking mode cannot be waited for otherwise, and its mode cannot be changed as long as a loop watches it.
 *
 * <p>Selectors are kept for the next who waits: making one costs two descriptors and five system calls.
 */
final class ThreadWait {
    /** Idle selectors that are kept. */
    static final int MOST_IDLE = 16;

    private static final ConcurrentLinkedQueue<ThreadWait> IDLE = new ConcurrentLinkedQueue<>();
    private static final AtomicInteger IDLE_COUNT = new AtomicInteger();

    private final Selector selector;

    private ThreadWait(SelectorProvider provider) throws IOException {
        selector = provider.openSelector();
    }

    static ThreadWait take(SelectorProvider provider) throws IOException {
        ThreadWait idle = IDLE.poll();
        if (idle == null) {
            return new ThreadWait(provider);
        }
        IDLE_COUNT.decrementAndGet();
        if (idle.selector.provider() == provider) {
            return idle;
        }
        idle.selector.close();
        return new ThreadWait(provider);
    }

    /** Ends the wait. Any thread. */
    void wakeup() {
        selector.wakeup();
    }

    /**
     * Waits until {@code channel} is ready, or perhaps a little less: until {@link #wakeup()}, or almost as long as it may.
     *
     * @param nanos longest wait; negative: without limit
     * @param over whether there is nothing left to wait for
     * @return false if the time is over, and the channel isn't ready
     * @throws java.nio.channels.ClosedChannelException if the channel is closed
     */
    boolean await(SelectableChannel channel, int operation, long nanos, BooleanSupplier over) throws IOException {
        boolean interrupted = false;
        long start = System.nanoTime();
        SelectionKey key = channel.register(selector, operation);
        try {
            while (!over.getAsBoolean()) {
                long left = nanos < 0 ? -1 : nanos - (System.nanoTime() - start);
                if (nanos >= 0 && left <= 0) {
                    return selector.selectNow() > 0;
                }
                if (select(left) > 0) {
                    return true;
                }
                if (!Thread.interrupted()) {
                    return true; // woken up, or the time is over: the caller looks again
                }
                interrupted = true;
                if (Thread.currentThread().isVirtual()) {
                    return true; // the caller looks at the flag
                }
            }
            return true;
        } finally {
            key.cancel();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private int select(long nanos) throws IOException {
        return nanos < 0 ? selector.select() : selector.select(Math.max(1, (nanos + 999_999) / 1_000_000));
    }

    /** Gives the selector to the next; what was waited for is released. Called by the one who waited. */
    void release() throws IOException {
        boolean clean = false;
        try {
            selector.selectNow(); // flushes the cancelled key, and with it the descriptor of a closed channel
            selector.selectedKeys().clear();
            clean = selector.keys().isEmpty();
        } catch (ClosedSelectorException e) {
            // an interrupt cannot close a selector; whoever did wants it closed
        } finally {
            if (clean && IDLE_COUNT.incrementAndGet() <= MOST_IDLE) {
                IDLE.add(this);
            } else {
                if (clean) {
                    IDLE_COUNT.decrementAndGet();
                }
                selector.close();
            }
        }
    }
}
