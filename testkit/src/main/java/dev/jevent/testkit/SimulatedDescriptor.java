package dev.jevent.testkit;

import dev.jevent.Interest;
import dev.jevent.Pollable;

/**
 * A descriptor of a {@link World}: something that becomes ready for reading or writing when a scenario says so. Used on the
 * hub's thread, or in a foreign step.
 */
public final class SimulatedDescriptor implements AutoCloseable {
    private final SimulatedDevices devices;
    private final int number;
    private int ready;
    private int lasting;
    private boolean open = true;

    SimulatedDescriptor(SimulatedDevices devices, int number) {
        this.devices = devices;
        this.number = number;
    }

    /** What a loop watches. The number is that of the lowest free descriptor, as an operating system has it. */
    public Pollable pollable() {
        return Pollable.of(number);
    }

    /** From now on it is ready in the directions of {@code mask}. @param mask of {@link Interest}s */
    public void ready(int mask) {
        checkOpen();
        devices.becomesReady(this, Interest.checkMask(mask));
    }

    /** As {@link #ready}, for ever: the end of a stream has come. Nothing drains it. */
    public void readyForEver(int mask) {
        checkOpen();
        lasting |= Interest.checkMask(mask);
        devices.becomesReady(this, mask);
    }

    /** What a read, or write, takes: from now on it is not ready in the directions of {@code mask}, until it is again. */
    public void drain(int mask) {
        checkOpen();
        ready &= ~Interest.checkMask(mask) | lasting;
    }

    public boolean isReady(Interest interest) {
        return (ready & interest.mask()) != 0;
    }

    /** Frees its number. The loop has to be told before, by {@link dev.jevent.Loop#closing}. */
    @Override
    public void close() {
        if (open) {
            open = false;
            devices.closed(this);
        }
    }

    private void checkOpen() {
        if (!open) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    int number() {
        return number;
    }

    int readyMask() {
        return ready;
    }

    int lastingMask() {
        return lasting;
    }

    void addReady(int mask) {
        ready |= mask;
    }

    @Override
    public String toString() {
        return "simulated descriptor " + number;
    }
}
