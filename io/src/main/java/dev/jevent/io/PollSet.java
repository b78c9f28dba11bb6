package dev.jevent.io;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.Strand;
import dev.jevent.Waiter;
import dev.jevent.contract.Switches;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * Waits for many channels at once. What is registered are sockets of jevent, or channels of {@code java.nio} in non-blocking
 * mode. Each poll looks at the system's own state first, and tells what is ready as long as it lasts. [F-SEL-01, F-SEL-03]
 *
 * <p>Belongs to the hub it was made on; one greenlet at a time polls, while others may register, modify and unregister.
 *
 * <p>What is closed stays registered and is reported as {@link Ready#isClosed closed} by every poll until it is unregistered.
 * A socket of jevent may be closed by any thread at any time; another channel by greenlets of this hub, while a close by
 * another thread may be noticed only when the loop polls for another reason.
 */
public final class PollSet implements AutoCloseable {
    /** In {@link Ready#mask}: it is closed. */
    public static final int CLOSED = 4;

    private static final Object WOKEN = new Object();

    private static final int READ = Interest.READ.mask();
    private static final int WRITE = Interest.WRITE.mask();

    private final Hub hub = Hub.current();
    private final Map<Object, Polled> entries = new LinkedHashMap<>();
    private Waiter waiter; // who polls
    private boolean closed;

    /**
     * One that is ready.
     *
     * @param source what was registered
     * @param mask of {@link Interest}s, or {@link PollSet#CLOSED}
     */
    public record Ready(Object source, int mask) {
        public boolean isReadable() {
            return (mask & READ) != 0;
        }

        public boolean isWritable() {
            return (mask & WRITE) != 0;
        }

        public boolean isClosed() {
            return (mask & CLOSED) != 0;
        }
    }

    /** What {@link #select} found: in the order it was given, each once. Closed ones are in it, too. */
    public record Selection<T>(List<T> readable, List<T> writable) {
        public boolean isEmpty() {
            return readable.isEmpty() && writable.isEmpty();
        }
    }

    // ---- what is waited for ----

    /**
     * Registers {@code socket}, or gives a registered one another interest.
     *
     * @param interest mask of {@link Interest}s
     * @throws IllegalArgumentException if it is closed [B-SEL-10], or never becomes ready so
     */
    public void register(Selectable socket, int interest) {
        put(socket, socket.readiness().channel(), socket.readiness(), interest);
    }

    /**
     * As {@link #register(Selectable, int)}.
     *
     * @throws IllegalArgumentException also if {@code channel} is in blocking mode
     */
    public void register(SelectableChannel channel, int interest) {
        put(channel, channel, null, interest);
    }

    private void put(Object source, SelectableChannel channel, Readiness readiness, int interest) {
        confine();
        Interest.checkMask(interest);
        checkPossible(channel, interest);
        Polled old = entries.get(source);
        if (old != null) {
            old.interest(interest);
            return;
        }
        if (!channel.isOpen()) {
            throw new IllegalArgumentException("source: " + source + " (expected: an open one)");
        }
        if (channel.isBlocking()) {
            throw new IllegalArgumentException("channel: " + channel + " (expected: one in non-blocking mode)");
        }
        Polled entry = new Polled(this, channel, readiness, interest);
        if (readiness != null && !readiness.attach(entry)) {
            entry.free();
            throw new IllegalArgumentException("source: " + source + " (expected: an open one)");
        }
        entries.put(source, entry);
        if (waiter != null) {
            entry.start();
        }
    }

    private static void checkPossible(SelectableChannel channel, int interest) {
        int valid = channel.validOps();
        int possible = ((valid & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT)) != 0 ? READ : 0)
                | ((valid & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0 ? WRITE : 0);
        if ((interest & ~possible) != 0) {
            throw new IllegalArgumentException(
                    "interest: " + interest + " (expected: within " + possible + ", as " + channel + " can become ready)");
        }
    }

    /** @throws NoSuchElementException if {@code source} isn't registered */
    public void modify(Object source, int interest) {
        confine();
        Interest.checkMask(interest);
        Polled entry = known(entries.get(source), source);
        checkPossible(entry.channel, interest);
        entry.interest(interest);
    }

    /** @throws NoSuchElementException if {@code source} isn't registered [B-SEL-05] */
    public void unregister(Object source) {
        confine();
        known(entries.remove(source), source).remove();
    }

    private Polled known(Polled entry, Object source) {
        if (entry == null) {
            throw new NoSuchElementException(source + " isn't registered with " + this);
        }
        return entry;
    }

    public int size() {
        return entries.size();
    }

    // ---- waiting ----

    /** Waits until at least one is ready. */
    @Switches
    public List<Ready> poll() {
        return poll(-1);
    }

    /**
     * Waits until at least one is ready; zero looks once, and lets others run.
     *
     * @return those that are, each once, in the order they were registered; none if the time was over before
     * @throws IllegalStateException if it is closed meanwhile
     */
    @Switches
    public List<Ready> poll(Duration timeout) {
        return poll(Durations.nanos("timeout", timeout));
    }

    private List<Ready> poll(long nanos) {
        confine();
        Waiter mine = Waiter.current();
        if (waiter != null) {
            throw new ConcurrentUseException(
                    name(mine) + " cannot poll " + this + ": " + name(waiter) + " does already");
        }
        mine.arm(this);
        waiter = mine;
        try {
            boolean anyClosed = false;
            for (Polled entry : entries.values()) {
                anyClosed |= !entry.start();
            }
            // A deadline comes behind what the same poll of the loop has found: the shortest one makes it look once.
            mine.await(anyClosed || nanos == 0 ? 1 : nanos);
        } finally {
            waiter = null;
            mine.disarm();
            entries.values().forEach(Polled::stop);
        }
        checkOpen();
        List<Ready> ready = new ArrayList<>();
        entries.forEach((source, entry) -> {
            int mask = entry.take();
            if (mask != 0) {
                ready.add(new Ready(source, mask));
            }
        });
        return ready;
    }

    private static Object name(Waiter waiter) {
        return waiter instanceof Strand strand ? strand.greenlet() : waiter;
    }

    Hub hub() {
        return hub;
    }

    /** On the hub's thread. */
    void wake() {
        Waiter waiting = waiter;
        if (waiting != null && waiting.tryClaim()) {
            waiting.wake(WOKEN);
        }
    }

    private void confine() {
        if (!hub.isCurrent()) {
            throw new WrongThreadException(this + " belongs to " + hub + " and was used on " + Thread.currentThread());
        }
        checkOpen();
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    // ---- once ----

    /**
     * Waits until one of {@code reading} can be read from, or one of {@code writing} written to: sockets of jevent and
     * channels. What is ready now is returned at once, after a yield. [F-SEL-01]
     *
     * @param timeout null: without limit; zero: looks once
     * @throws ClosedChannelException if one of them was closed before [B-SEL-02]
     * @throws IllegalArgumentException if one of them is something else, or {@code timeout} is negative
     */
    @Switches
    public static <T> Selection<T> select(Iterable<? extends T> reading, Iterable<? extends T> writing, Duration timeout)
            throws ClosedChannelException {
        long nanos = timeout == null ? -1 : Durations.nanos("timeout", timeout);
        Map<T, Integer> interests = new LinkedHashMap<>();
        reading.forEach(source -> interests.merge(source, READ, (a, b) -> a | b));
        writing.forEach(source -> interests.merge(source, WRITE, (a, b) -> a | b));
        Selection<T> selection = new Selection<>(new ArrayList<>(), new ArrayList<>());
        try (PollSet set = new PollSet()) {
            for (Map.Entry<T, Integer> each : interests.entrySet()) {
                set.registerOpen(each.getKey(), each.getValue());
            }
            for (Ready one : set.poll(nanos)) {
                @SuppressWarnings("unchecked") // it is one of the keys
                T source = (T) one.source();
                int mask = one.isClosed() ? interests.get(source) : one.mask();
                if ((mask & READ) != 0) {
                    selection.readable().add(source);
                }
                if ((mask & WRITE) != 0) {
                    selection.writable().add(source);
                }
            }
        }
        return selection;
    }

    private void registerOpen(Object source, int interest) throws ClosedChannelException {
        if (source instanceof Selectable socket) {
            if (socket.readiness().isClosed()) {
                throw new ClosedChannelException();
            }
            register(socket, interest);
        } else if (source instanceof SelectableChannel channel) {
            if (!channel.isOpen()) {
                throw new ClosedChannelException();
            }
            register(channel, interest);
        } else {
            throw new IllegalArgumentException("source: " + source + " (expected: a socket of jevent or a SelectableChannel)");
        }
    }

    // ---- its end ----

    /** Unregisters all; who polls gets an {@link IllegalStateException}. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            if (!hub.isClosed()) { // else nothing is watched any more, and this may be on any thread
                confine();
            }
            closed = true;
            entries.values().forEach(Polled::remove);
            entries.clear();
            wake();
        }
    }

    @Override
    public String toString() {
        return "<PollSet of " + entries.size() + (closed ? " closed>" : ">");
    }
}
