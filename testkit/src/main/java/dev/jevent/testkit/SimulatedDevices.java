package dev.jevent.testkit;

import dev.jevent.Interest;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.contract.AnyThread;
import dev.jevent.loop.Poller;
import dev.jevent.loop.ReadyTokens;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The simulated half of an operating system: descriptors, and the poller that watches them. What a real system does now
 * and then, it does as the seed says: reports late, in another order, twice, for nothing, or for what is gone.
 */
final class SimulatedDevices implements Poller {
    private static final LoopCapabilities LEVEL = new LoopCapabilities(false, true, false, Duration.ofNanos(1));
    private static final LoopCapabilities EDGE = new LoopCapabilities(false, true, true, Duration.ofNanos(1));

    /** One that is, or was, watched. */
    private static final class Registration {
        final int number;
        long token;
        int interest;
        int edges; // directions to be reported, of an edge-triggered poller

        Registration(int number, int interest, long token) {
            this.number = number;
            this.interest = interest;
            this.token = token;
        }
    }

    private final World world;
    private final boolean edgeTriggered;
    private final List<SimulatedDescriptor> open = new ArrayList<>(); // by number; null: free
    private final List<Registration> registered = new ArrayList<>();
    private final List<Registration> gone = new ArrayList<>(); // reports of these may be on their way still
    private volatile boolean woken;

    SimulatedDevices(World world, boolean edgeTriggered) {
        this.world = world;
        this.edgeTriggered = edgeTriggered;
    }

    /** Forgets what a run left. */
    void reset() {
        open.clear();
        gone.clear();
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
        Registration registration = registration(descriptor.number());
        if (registration != null) {
            registration.edges |= mask;
        }
        descriptor.addReady(mask);
    }

    private Registration registration(int number) {
        for (Registration registration : registered) {
            if (registration.number == number) {
                return registration;
            }
        }
        return null;
    }

    private static int number(Pollable what) {
        if (what instanceof Pollable.OfDescriptor(int number)) {
            return number;
        }
        throw new UnsupportedOperationException(what + " cannot be watched in a simulated world; use World.descriptor()");
    }

    private SimulatedDescriptor descriptor(int number) {
        return number < open.size() ? open.get(number) : null;
    }

    // ---- the poller ----

    @Override
    public LoopCapabilities capabilities() {
        return edgeTriggered ? EDGE : LEVEL;
    }

    @Override
    public void register(Pollable what, int interest, long token) throws IOException {
        int number = number(what);
        SimulatedDescriptor descriptor = descriptor(number);
        if (descriptor == null) {
            throw new IOException(what + " is not open in this world");
        }
        if (registration(number) != null) {
            throw new IllegalStateException(what + " is registered already");
        }
        Registration registration = new Registration(number, interest, token);
        registration.edges = descriptor.readyMask();
        registered.add(registration);
    }

    @Override
    public void modify(Pollable what, int interest, long token) throws IOException {
        Registration registration = registration(number(what));
        if (registration == null) {
            throw new IOException(what + " is not registered");
        }
        registration.interest = interest;
        registration.token = token;
        SimulatedDescriptor descriptor = descriptor(registration.number);
        if (descriptor != null) {
            registration.edges = descriptor.readyMask();
        }
    }

    @Override
    public void remove(Pollable what) {
        Registration registration = registration(number(what));
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
            if (canPass && (!world.hasActors() || world.oneIn(2))) {
                world.pass(timeoutNanos);
                world.polled(0);
                return 0;
            }
            if (!world.hasActors()) {
                world.stuck();
                return 0;
            }
            world.act();
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
        SimulatedDescriptor descriptor = descriptor(registration.number);
        if (descriptor == null) {
            return 0;
        }
        if (!edgeTriggered) {
            return descriptor.readyMask() & registration.interest;
        }
        int edges = registration.edges & registration.interest;
        registration.edges = 0;
        return edges;
    }

    @Override
    @AnyThread
    public void wakeup() {
        woken = true;
    }

    @Override
    public SelectorProvider channels() {
        return SelectorProvider.provider();
    }

    @Override
    public void close() {
        registered.clear();
    }
}
