package dev.jevent.testkit.tck;

import dev.jevent.Interest;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.loop.Poller;
import dev.jevent.loop.ReadyTokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Map;

/** A poller that keeps all rules in the plainest way, for subclasses that break one. */
class SelectorPoller implements Poller {
    final Map<SelectableChannel, SelectionKey> keys = new IdentityHashMap<>();
    final Selector selector;

    SelectorPoller() {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static SelectableChannel channel(Pollable what) {
        return ((Pollable.OfChannel) what).channel();
    }

    @Override
    public LoopCapabilities capabilities() {
        return new LoopCapabilities(true, false, false, Duration.ofMillis(1));
    }

    private static int operations(int interest) {
        return ((interest & Interest.READ.mask()) != 0 ? SelectionKey.OP_READ : 0)
                | ((interest & Interest.WRITE.mask()) != 0 ? SelectionKey.OP_WRITE : 0);
    }

    @Override
    public void register(Pollable what, int interest, long token) throws IOException {
        selector.selectNow(); // drops the key of an earlier registration
        keys.put(channel(what), channel(what).register(selector, operations(interest), token));
    }

    @Override
    public void modify(Pollable what, int interest, long token) throws IOException {
        SelectionKey key = keys.get(channel(what));
        if (key.isValid()) {
            key.interestOps(operations(interest));
        }
    }

    @Override
    public void remove(Pollable what) {
        SelectionKey key = keys.remove(channel(what));
        if (key != null) {
            key.cancel();
        }
    }

    @Override
    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
        if (timeoutNanos == 0) {
            selector.selectNow();
        } else {
            selector.select(timeoutNanos == Long.MAX_VALUE ? 0 : (timeoutNanos + 999_999) / 1_000_000);
        }
        int count = 0;
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.isValid()) {
                report(key, into);
                count++;
            }
        }
        selector.selectedKeys().clear();
        return count;
    }

    void report(SelectionKey key, ReadyTokens into) {
        into.add((Long) key.attachment(), mask(key));
    }

    static int mask(SelectionKey key) {
        return (key.isReadable() ? Interest.READ.mask() : 0) | (key.isWritable() ? Interest.WRITE.mask() : 0);
    }

    @Override
    public void wakeup() {
        selector.wakeup();
    }

    @Override
    public SelectorProvider channels() {
        return selector.provider();
    }

    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
