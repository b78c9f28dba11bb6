package dev.jevent.loop.nio;

import dev.jevent.Interest;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.loop.Poller;
import dev.jevent.loop.ReadyTokens;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A {@link Poller} on a {@link Selector}.
 *
 * <p><b>Facts.</b> A selector counts in milliseconds. Opening one costs three descriptors and some milliseconds of a cold JVM. A
 * cancelled key stays in the selector until its next select, and so does the descriptor of a closed channel, with its port. A channel that
 * is closed leaves the selector without a word to whoever waits. A select returns at once while its thread is interrupted.
 *
 * <p><b>Decisions.</b> The selector is opened when the first channel is registered; until then a poll parks the thread, to the
 * nanosecond. Waits are rounded up to the millisecond: a timer is late by less than that, but never early, and no I/O
 * waits for a timer. After each select the keys are counted; if some are missing, their channels were closed behind
 * our back, and are reported ready from now on, so that whoever uses them sees it. The interrupt status is left alone: it is
 * for the loop's owner, who sees it when the turn ends.
 *
 * <p><b>Price.</b> Timers of a loop with channels have a grain of a millisecond. A close that the loop wasn't told of is
 * noticed when a poll returns for another reason.
 */
final class NioPoller implements Poller {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int READ = Interest.READ.mask();
    private static final int WRITE = Interest.WRITE.mask();

    private final Thread owner = Thread.currentThread();
    private final KeyReporter reporter = new KeyReporter();

    private volatile Selector selector;
    private volatile boolean woken; // since the last poll
    private boolean closed;

    private final IdentityHashMap<SelectableChannel, Entry> entries = new IdentityHashMap<>(0);

    /** Those of the entries whose channel was closed without telling the loop; it is as ready as it will ever be. */
    private final ArrayList<Entry> lost = new ArrayList<>(0);

    NioPoller() {}

    /** One registration; the attachment of its key. */
    private static final class Entry {
        final long token;
        SelectionKey key;
        int interest;

        Entry(long token, int interest) {
            this.token = token;
            this.interest = interest;
        }
    }

    /** Turns ready keys into reports; one for all polls. */
    private static final class KeyReporter implements java.util.function.Consumer<SelectionKey> {
        ReadyTokens into;

        @Override
        public void accept(SelectionKey key) {
            int mask;
            try {
                mask = interest(key.readyOps());
            } catch (CancelledKeyException e) {
                mask = Interest.BOTH;
            }
            into.add(((Entry) key.attachment()).token, mask);
        }
    }

    @Override
    public LoopCapabilities capabilities() {
        return new LoopCapabilities(true, false, false, Duration.ofNanos(NANOS_PER_MILLI));
    }

    @Override
    public SelectorProvider channels() {
        return SelectorProvider.provider();
    }

    // ---- registrations ----

    @Override
    public void register(Pollable what, int interest, long token) throws IOException {
        SelectableChannel channel = channel(what);
        int operations = operations(channel, interest);
        Selector selector = selector();
        Entry entry = new Entry(token, interest);
        try {
            entry.key = channel.register(selector, operations, entry);
        } catch (CancelledKeyException e) {
            // The key of an earlier registration, which the next select would drop.
            letGo();
            entry.key = channel.register(selector, operations, entry);
        }
        entries.put(channel, entry);
    }

    @Override
    public void modify(Pollable what, int interest, long token) throws IOException {
        Entry entry = entries.get(channel(what));
        if (entry == null) {
            throw new IOException(what + " isn't registered");
        }
        int operations = operations(channel(what), interest);
        entry.interest = interest;
        try {
            entry.key.interestOps(operations);
        } catch (CancelledKeyException e) {
            lose(entry);
        }
    }

    @Override
    public void remove(Pollable what) {
        SelectableChannel channel = channel(what);
        Entry entry = entries.remove(channel);
        if (entry != null) {
            entry.key.cancel();
            lost.remove(entry);
            if (channel instanceof NetworkChannel && !(channel instanceof SocketChannel)) {
                letGo();
            }
        }
    }

    /** Makes the selector let go of cancelled keys at once: who closes a server or a datagram socket expects its port to be free. */
    private void letGo() {
        try {
            selector.selectNow(key -> {}); // what it finds ready, the next one finds again
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("the selector of the loop nio fails", e);
        }
    }

    private void lose(Entry entry) {
        if (!lost.contains(entry)) {
            lost.add(entry);
        }
    }

    private static SelectableChannel channel(Pollable what) {
        if (what instanceof Pollable.OfChannel of) {
            return of.channel();
        }
        throw new UnsupportedOperationException("the loop nio watches java.nio channels only, not " + what);
    }

    private Selector selector() throws IOException {
        Selector opened = selector;
        if (opened == null) {
            if (closed) {
                throw new ClosedChannelException();
            }
            selector = opened = channels().openSelector();
        }
        return opened;
    }

    /**
     * To accept is to read, and to finish a connect is to write: a channel can only do one of each pair at a time.
     *
     * @throws IllegalArgumentException if {@code interest} has a direction in which such a channel never becomes ready
     */
    private static int operations(SelectableChannel channel, int interest) {
        int valid = channel.validOps();
        int reading = (interest & READ) == 0 ? 0 : valid & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT);
        int writing = (interest & WRITE) == 0 ? 0 : valid & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT);
        if ((interest & READ) != 0 && reading == 0 || (interest & WRITE) != 0 && writing == 0) {
            throw new IllegalArgumentException(
                    "interest: " + interest + " (expected: READ=1, WRITE=2 or both=3, as " + channel + " can become ready)");
        }
        return reading | writing;
    }

    private static int interest(int operations) {
        int mask = 0;
        if ((operations & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT)) != 0) {
            mask |= READ;
        }
        if ((operations & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0) {
            mask |= WRITE;
        }
        return mask;
    }

    // ---- polling ----

    @Override
    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
        Selector selector = this.selector;
        if (selector == null) {
            park(timeoutNanos);
            return 0;
        }
        reporter.into = into;
        boolean ready = reportLost(into);
        if (ready || woken || timeoutNanos == 0) {
            selector.selectNow(reporter);
        } else {
            selector.select(reporter, millis(timeoutNanos));
        }
        woken = false;
        if (selector.keys().size() < entries.size() - lost.size()) {
            findLost(into);
        }
        return into.size();
    }

    /** Rounded up; 0, which means for ever, only if that was asked for. */
    private static long millis(long nanos) {
        return nanos == Long.MAX_VALUE ? 0 : (nanos - 1) / NANOS_PER_MILLI + 1;
    }

    private void park(long nanos) {
        if (!woken && nanos > 0) {
            if (nanos == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, nanos);
            }
        }
        woken = false;
    }

    /** @return whether there is something to report */
    private boolean reportLost(ReadyTokens into) {
        for (int i = 0; i < lost.size(); i++) {
            report(lost.get(i), into);
        }
        return into.size() > 0;
    }

    private void findLost(ReadyTokens into) {
        for (Entry entry : entries.values()) {
            if (!entry.key.isValid() && !lost.contains(entry)) {
                lost.add(entry);
                report(entry, into);
            }
        }
    }

    private static void report(Entry entry, ReadyTokens into) {
        if (entry.interest != 0) {
            into.add(entry.token, entry.interest);
        }
    }

    @Override
    public void wakeup() {
        woken = true;
        Selector selector = this.selector;
        if (selector != null) {
            selector.wakeup();
        } else {
            LockSupport.unpark(owner);
        }
    }

    // ---- its end ----

    @Override
    public void close() {
        closed = true;
        Selector selector = this.selector;
        if (selector != null) {
            try {
                selector.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("cannot close the selector of the loop nio", e);
            }
        }
    }
}
