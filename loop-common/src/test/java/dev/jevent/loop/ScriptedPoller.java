package dev.jevent.loop;

import dev.jevent.Interest;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A poller whose descriptors become ready when the test says so, and which sleeps by moving the clock. */
final class ScriptedPoller implements Poller {
    private final World world;
    private final boolean edgeTriggered;

    private final Map<Pollable, Integer> state = new HashMap<>(); // what is ready
    private final Map<Pollable, Registered> registered = new LinkedHashMap<>();
    private final Deque<Later> later = new ArrayDeque<>(); // what happens outside, in order of time
    private final List<long[]> forged = new ArrayList<>();
    private volatile boolean woken;

    final Deque<Exception> failures = new ArrayDeque<>();
    final List<String> calls = new ArrayList<>();
    final List<Long> timeouts = new ArrayList<>();
    IOException refusal;
    boolean closed;

    private static final class Registered {
        int interest;
        long token;
        int edges;
    }

    private record Later(long nanos, Runnable event) {}

    ScriptedPoller(World world, boolean edgeTriggered) {
        this.world = world;
        this.edgeTriggered = edgeTriggered;
    }

    // ---- for tests ----

    /** Data comes, room comes: an edge, also where it was ready before. */
    void ready(Pollable what, int mask) {
        state.merge(what, mask, (before, more) -> before | more);
        Registered entry = registered.get(what);
        if (entry != null) {
            entry.edges |= mask;
        }
    }

    void drain(Pollable what, int mask) {
        state.merge(what, 0, (before, none) -> before & ~mask);
    }

    /** {@code event} happens during the poll that sleeps at that time after now. */
    void after(Duration delay, Runnable event) {
        later.add(new Later(world.nanos + delay.toNanos(), event));
    }

    /** The next poll reports this, be it true or not. */
    void forge(long token, int ready) {
        forged.add(new long[] {token, ready});
    }

    long token(Pollable what) {
        return registered.get(what).token;
    }

    int interest(Pollable what) {
        return registered.get(what).interest;
    }

    boolean isRegistered(Pollable what) {
        return registered.containsKey(what);
    }

    // ---- Poller ----

    @Override
    public LoopCapabilities capabilities() {
        return new LoopCapabilities(false, true, edgeTriggered, Duration.ofNanos(1));
    }

    @Override
    public void register(Pollable what, int interest, long token) throws IOException {
        calls.add("register " + interest);
        if (refusal != null) {
            throw refusal;
        }
        Registered entry = new Registered();
        entry.interest = interest;
        entry.token = token;
        entry.edges = state.getOrDefault(what, 0);
        if (registered.putIfAbsent(what, entry) != null) {
            throw new IOException(what + " is registered already");
        }
    }

    @Override
    public void modify(Pollable what, int interest, long token) throws IOException {
        calls.add("modify " + interest);
        if (refusal != null) {
            throw refusal;
        }
        Registered entry = registered.get(what);
        if (entry == null || entry.token != token) {
            throw new IOException(what + " is not registered so");
        }
        entry.interest = interest;
        entry.edges = state.getOrDefault(what, 0);
    }

    @Override
    public void remove(Pollable what) {
        calls.add("remove");
        registered.remove(what);
    }

    @Override
    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
        timeouts.add(timeoutNanos);
        if (!failures.isEmpty()) {
            Exception failure = failures.remove();
            if (failure instanceof IOException io) {
                throw io;
            }
            throw (RuntimeException) failure;
        }
        long end = timeoutNanos == Long.MAX_VALUE ? 0 : world.nanos + timeoutNanos;
        while (collect(into) == 0 && !woken && timeoutNanos != 0) {
            Later next = later.peek();
            if (next != null && (timeoutNanos == Long.MAX_VALUE || next.nanos - end <= 0)) {
                later.remove();
                world.nanos = next.nanos;
                next.event.run();
            } else if (timeoutNanos == Long.MAX_VALUE) {
                throw new AssertionError("the loop sleeps for ever");
            } else {
                world.nanos = end;
                break;
            }
        }
        woken = false;
        return into.size();
    }

    private int collect(ReadyTokens into) {
        for (long[] report : forged) {
            into.add(report[0], (int) report[1]);
        }
        forged.clear();
        registered.forEach((what, entry) -> {
            int ready = state.getOrDefault(what, 0) & (edgeTriggered ? entry.edges | entry.edges << 2 : ~0);
            int mask = ready & (entry.interest | entry.interest << 2);
            if ((mask & Interest.BOTH) != 0) {
                into.add(entry.token, mask);
            }
            entry.edges = 0;
        });
        return into.size();
    }

    @Override
    public void wakeup() {
        woken = true;
    }

    @Override
    public SelectorProvider channels() {
        return SelectorProvider.provider();
    }

    @Override
    public void close() {
        closed = true;
        registered.clear();
    }
}
