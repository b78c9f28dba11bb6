package dev.jevent.hub.sim;

import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.loop.Poller;
import dev.jevent.loop.ReadyTokens;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;

/** A poller that does what another does. */
class ForwardingPoller implements Poller {
    final Poller real;

    ForwardingPoller(Poller real) {
        this.real = real;
    }

    @Override
    public LoopCapabilities capabilities() {
        return real.capabilities();
    }

    @Override
    public void register(Pollable what, int interest, long token) throws IOException {
        real.register(what, interest, token);
    }

    @Override
    public void modify(Pollable what, int interest, long token) throws IOException {
        real.modify(what, interest, token);
    }

    @Override
    public void remove(Pollable what) {
        real.remove(what);
    }

    @Override
    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
        return real.poll(timeoutNanos, into);
    }

    @Override
    public void wakeup() {
        real.wakeup();
    }

    @Override
    public SelectorProvider channels() {
        return real.channels();
    }

    @Override
    public void close() {
        real.close();
    }
}
