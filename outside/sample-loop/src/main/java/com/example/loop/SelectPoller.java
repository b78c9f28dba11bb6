package com.example.loop;

import dev.jevent.Interest;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.loop.Poller;
import dev.jevent.loop.ReadyTokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;

/** A selector, asked what is ready. Level-triggered: as long as something is ready, each poll says so. */
final class SelectPoller implements Poller {
    private static final long MILLI = 1_000_000;

    private final Selector selector;

    SelectPoller() throws IOException {
        selector = Selector.open();
    }

    @Override
    public LoopCapabilities capabilities() {
        boolean channels = true;
        boolean descriptors = false;
        boolean edgeTriggered = false;
        return new LoopCapabilities(channels, descriptors, edgeTriggered, Duration.ofNanos(MILLI));
    }

    @Override
    public void register(Pollable what, int interest, long token) throws IOException {
        SelectableChannel channel = channel(what);
        int operations = operations(channel, interest);
        try {
            channel.register(selector, operations, token);
        } catch (CancelledKeyException e) {
            selector.selectNow(); // lets go of the key of an earlier registration; what it finds ready, the next poll finds again
            channel.register(selector, operations, token);
        }
    }

    @Override
    public void modify(Pollable what, int interest, long token) throws IOException {
        SelectionKey key = channel(what).keyFor(selector);
        if (key == null || !key.isValid()) {
            throw new IOException(what + " isn't registered");
        }
        key.interestOps(operations(key.channel(), interest)).attach(token);
    }

    @Override
    public void remove(Pollable what) {
        SelectionKey key = channel(what).keyFor(selector);
        if (key != null) {
            key.cancel();
            try {
                selector.selectNow(); // or the key would hold the channel until the next poll
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
        if (timeoutNanos == 0) {
            selector.selectNow(key -> report(key, into));
        } else if (timeoutNanos == Long.MAX_VALUE) {
            selector.select(key -> report(key, into));
        } else {
            selector.select(key -> report(key, into), (timeoutNanos - 1) / MILLI + 1); // never too short
        }
        return into.size();
    }

    private static void report(SelectionKey key, ReadyTokens into) {
        int ready = key.readyOps();
        boolean reads = (ready & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT)) != 0;
        boolean writes = (ready & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0;
        into.add((Long) key.attachment(), (reads ? Interest.READ.mask() : 0) | (writes ? Interest.WRITE.mask() : 0));
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

    private static SelectableChannel channel(Pollable what) {
        if (what instanceof Pollable.OfChannel of) {
            return of.channel();
        }
        throw new UnsupportedOperationException("channels only, not " + what);
    }

    /** To accept is to read, and to finish a connect is to write. */
    private static int operations(SelectableChannel channel, int interest) {
        int operations = 0;
        if ((interest & Interest.READ.mask()) != 0) {
            operations |= SelectionKey.OP_READ | SelectionKey.OP_ACCEPT;
        }
        if ((interest & Interest.WRITE.mask()) != 0) {
            operations |= SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;
        }
        operations &= channel.validOps();
        if (operations == 0 && interest != 0) {
            throw new IllegalArgumentException("interest: " + interest + " (expected: one that " + channel + " can have)");
        }
        return operations;
    }
}
