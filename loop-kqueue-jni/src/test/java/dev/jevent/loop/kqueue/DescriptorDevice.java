package dev.jevent.loop.kqueue;

import dev.jevent.Pollable;
import dev.jevent.testkit.tck.Device;
import java.io.IOException;

/** A channel's device, watched by the number of its descriptor. */
record DescriptorDevice(Device device) implements Device {
    @Override
    public Pollable pollable() {
        return Pollable.of(Kqueue.descriptor(((Pollable.OfChannel) device.pollable()).channel()));
    }

    @Override
    public void send() throws IOException {
        device.send();
    }

    @Override
    public void drain() throws IOException {
        device.drain();
    }

    @Override
    public void fill() throws IOException {
        device.fill();
    }

    @Override
    public void empty() throws IOException {
        device.empty();
    }

    @Override
    public void hangUp() throws IOException {
        device.hangUp();
    }

    @Override
    public void close() throws IOException {
        device.close();
    }
}
