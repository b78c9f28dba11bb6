package dev.jevent.testkit;

import dev.jevent.Interest;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.contract.AnyThread;
import dev.jevent.loop.Poller;
import dev.jevent.loop.ReadyTokens;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The simulated half of an operating system: descriptors, and the poller that watches them, and the channels of the network. What
 * a real system does now and then, it does as the seed says: reports late, in another order, twice, for nothing, or for what is
 * gone.
 */
final class SimulatedDevices implements Poller {
    /** From an {@link Interest} to its lasting in a report. */
    private static final int LASTS_SHIFT = 2;

    private static final LoopCapabilities LEVEL = new LoopCapabilities(true, true, false, Duration.ofNanos(1));
    private static final LoopCapabilities EDGE = new LoopCapabilities(true, true, true, Duration.ofNanos(1));

    /** One that is, or was, watched. */
    private static final class Registration {
        final Pollable what;
        long token;
        int interest;
        int edges; // directions to be reported, of an edge-triggered poller

        Registration(Pollable what, int interest, long token) {
            this.what = what;
            this.interest = interest;
            this.token = token;
        }
    }

    private final World world;
    private final boolean edgeTriggered;
    private final List<SimulatedDescriptor> open = new ArrayList<>(); // by number; null: free
    private final List<Registration> registered = new ArrayList<>();
    private final List<Registration> gone = new ArrayList<>(); // reports of these may be on their way still
    private final SimulatedNetwork network;
    private volatile boolean woken;

    SimulatedDevices(World world, boolean edgeTriggered) {
        this.world = world;
        this.edgeTriggered = edgeTriggered;
        network = new SimulatedNetwork(world, this);
    }

    SimulatedNetwork network() {
        return network;
    }

    /** Forgets what a run left. */
    void reset() {
        open.clear();
        gone.clear();
        network.reset();
    }

    SimulatedDescriptor open() {
        int number = open.indexOf(null);
        if (number < 0) {
            number = open.size();
            open.add(null);
        }
        SimulatedDescriptor descriptor = new SimulatedDescriptor(this, number);
        open.set(number, descriptor);
        return descriptor;
    }

    void closed(SimulatedDescriptor descriptor) {
        open.set(descriptor.number(), null);
    }

    void becomesReady(SimulatedDescriptor descriptor, int mask) {
        for (Registration registration : registered) {
            if (descriptor(registration.what) == descriptor) {
                registration.edges |= mask;
            }
        }
        descriptor.addReady(mask);
    }

    private Registration registration(Pollable what) {
        for (Registration registration : registered) {
            if (registration.what.equals(what)) {
                return registration;
            }
        }
        return null;
    }

    /** Null if it isn't open. */
    private SimulatedDescriptor descriptor(Pollable what) {
        return switch (what) {
            case Pollable.OfDescriptor(int number) -> number < open.size() ? open.get(number) : null;
            case Pollable.OfChannel(SelectableChannel channel) -> {
                if (!(channel instanceof SimulatedChannel simulated)) {
                    throw new UnsupportedOperationException(what + " cannot be watched in a simulated world; use World.network()");
                }
                yield channel.isOpen() ? simulated.descriptor() : null;
            }
        };
    }

    // ---- the poller ----

    @Override
    public LoopCapabilities capabilities() {
        return edgeTriggered ? EDGE : LEVEL;
    }

    @Override
    public void register(Pollable what, int interest, long token) throws IOException {
        SimulatedDescriptor descriptor = descriptor(what);
        if (descriptor == null) {
            throw new IOException(what + " is not open in this world");
        }
        if (registration(what) != null) {
            throw new IllegalStateException(what + " is registered already");
        }
        Registration registration = new Registration(what, interest, token);
        registration.edges = descriptor.readyMask();
        registered.add(registration);
    }

    @Override
    public void modify(Pollable what, int interest, long token) throws IOException {
        Registration registration = registration(what);
        if (registration == null) {
            throw new IOException(what + " is not registered");
        }
        registration.interest = interest;
        registration.token = token;
        SimulatedDescriptor descriptor = descriptor(registration.what);
        if (descriptor != null) {
            registration.edges = descriptor.readyMask();
        }
    }

    @Override
    public void remove(Pollable what) {
        Registration registration = registration(what);
        if (registration != null) {
            registered.remove(registration);
            gone.add(registration);
        }
    }

    @Override
    public int poll(long timeoutNanos, ReadyTokens into) {
        for (;;) {
            while (world.hasActors() && world.oneIn(2)) {
                world.act();
            }
            while (network.isBusy() && world.oneIn(2)) {
                network.arrive();
            }
            int ready = report(into);
            if (ready > 0 || takeWakeup() || timeoutNanos == 0 || Thread.currentThread().isInterrupted()) {
                world.polled(ready);
                return ready;
            }
            if (world.oneIn(16)) {
                world.polled(-1); // woken for nothing
                return 0;
            }
            boolean canPass = timeoutNanos != Long.MAX_VALUE;
            boolean othersAct = world.hasActors() || network.isBusy();
            if (canPass && (!othersAct || (!network.isBusy() || network.isSlow()) && world.oneIn(2))) {
                world.pass(timeoutNanos);
                world.polled(0);
                return 0;
            }
            if (!othersAct) {
                world.stuck();
                return 0;
            }
            if (world.hasActors() && (!network.isBusy() || world.oneIn(2))) {
                world.act();
            } else {
                network.arrive();
            }
        }
    }

    private boolean takeWakeup() {
        if (!woken) {
            return false;
        }
        woken = false;
        return true;
    }

    /** Adds some of what is ready, at least one if anything is, from a random one on. */
    private int report(ReadyTokens into) {
        int count = registered.size();
        if (!gone.isEmpty() && world.oneIn(4)) {
            Registration late = gone.get(world.next(gone.size()));
            into.add(late.token, Interest.BOTH);
        }
        if (count > 0) {
            int from = world.next(count);
            boolean all = !world.oneIn(3);
            for (int i = 0; i < count; i++) {
                Registration registration = registered.get((from + i) % count);
                int mask = take(registration);
                if (mask != 0) {
                    into.add(registration.token, mask);
                    if (!all) {
                        break;
                    }
                }
            }
        }
        return into.size();
    }

    private int take(Registration registration) {
        SimulatedDescriptor descriptor = descriptor(registration.what);
        if (descriptor == null) {
            return 0;
        }
        if (!edgeTriggered) {
            return descriptor.readyMask() & registration.interest;
        }
        int edges = registration.edges & registration.interest;
        registration.edges = 0;
        return edges | (edges & descriptor.lastingMask()) << LASTS_SHIFT;
    }

    @Override
    @AnyThread
    public void wakeup() {
        woken = true;
    }

    @Override
    public SelectorProvider channels() {
        return network.channels();
    }

    @Override
    public void close() {
        registered.clear();
    }
}
