package dev.jevent.io;

import dev.jevent.Pollable;
import dev.jevent.Watcher;
import dev.jevent.spi.CarrierCallback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;

/** One that is registered with a {@link PollSet}, and its watcher, which is active while somebody polls. */
final class Polled extends Readiness.Observer implements CarrierCallback {
    private final PollSet set;
    final SelectableChannel channel;
    private final Readiness readiness; // null: not a socket of jevent
    private final Watcher.Io watcher;
    private int ready;
    private boolean closed;
    private boolean removed;

    Polled(PollSet set, SelectableChannel channel, Readiness readiness, int interest) {
        this.set = set;
        this.channel = channel;
        this.readiness = readiness;
        watcher = set.hub().loop().io(Pollable.of(channel), interest);
        watcher.priority(Watcher.MAX_PRIORITY);
        watcher.checksClosed(readiness == null);
    }

    /** @return false if it is closed */
    boolean start() {
        ready = 0;
        if (isClosed()) {
            return false;
        }
        if (readiness != null) {
            watcher.ref(readiness.ref());
        }
        try {
            watcher.start(this);
            return true;
        } catch (UncheckedIOException e) {
            if (channel.isOpen()) {
                throw e;
            }
            return false;
        }
    }

    private boolean isClosed() {
        return closed || !channel.isOpen();
    }

    void stop() {
        if (!set.hub().isClosed()) { // else it is stopped already
            watcher.stop();
        }
    }

    @Override
    public void run() {
        ready |= watcher.ready();
        set.wake();
    }

    int take() {
        return isClosed() ? PollSet.CLOSED : ready & watcher.interest();
    }

    void interest(int mask) {
        boolean active = watcher.active();
        if (!closed) {
            watcher.stop();
            watcher.interest(mask);
            if (active) {
                start();
            }
        }
    }

    void remove() {
        removed = true;
        if (readiness == null || readiness.detach(this)) {
            free();
        } // else the close of the socket, which is on its way here, does that
    }

    void free() {
        if (!set.hub().isClosed()) {
            watcher.close();
        }
    }

    @Override
    void closing() {
        if (set.hub().isCurrent() || set.hub().isClosed()) {
            tell();
        } else {
            set.hub().loop().runCallbackThreadSafe(this::tell);
        }
    }

    /** On the hub's thread, or any if it is closed. */
    private void tell() {
        closed = true;
        try {
            if (!set.hub().isClosed()) {
                set.hub().loop().closing(Pollable.of(channel));
                watcher.close();
                if (!removed) {
                    set.wake();
                }
            }
        } finally {
            told();
        }
    }

    private void told() {
        try {
            readiness.told();
        } catch (IOException e) {
            set.hub().handleError(set, e);
        }
    }
}
