package dev.jevent.loop;

import dev.jevent.Pollable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * For edge-triggered pollers over a system that knows files by the number of a descriptor: who is registered. A number whose file
 * was closed behind our back may come again: then the later registration takes the place of the earlier one, whose removal must
 * not touch it, and whose events wake nobody.
 *
 * <p>What the system hands back with an event, {@code data}, is the number of the descriptor and that of the registration;
 * never negative, so that a poller has the negative ones for itself.
 */
public abstract class Descriptors {
    private static final int GENERATIONS = Integer.MAX_VALUE;

    private Entry[] entries = new Entry[64];
    private int generation;

    protected Descriptors() {}

    /** One registration. */
    private static final class Entry {
        final Pollable what;
        final long data;
        final boolean pipe; // without a name
        long token;

        Entry(Pollable what, long data, long token) {
            this.what = what;
            this.data = data;
            this.token = token;
            SelectableChannel channel = channel(what);
            pipe = channel instanceof Pipe.SourceChannel || channel instanceof Pipe.SinkChannel;
        }

        /** Of a channel the object counts; of descriptors we know the number only. */
        boolean isOf(Pollable other) {
            return channel(what) == channel(other);
        }
    }

    // ---- the system ----

    /** The descriptor of a channel, also after it was closed; negative of one that isn't the JDK's. */
    protected abstract int descriptor(SelectableChannel channel);

    /**
     * Watches both directions.
     *
     * @return false if the file is watched already
     * @throws IOException naming {@code what} if it cannot be watched
     */
    protected abstract boolean add(int descriptor, long data, Pollable what) throws IOException;

    /**
     * Changes {@code data}, and reports what is ready now.
     *
     * @return false if the file isn't watched
     */
    protected abstract boolean change(int descriptor, long data, Pollable what) throws IOException;

    /** Ends it, if the file is watched. */
    protected abstract void drop(int descriptor);

    // ---- registrations ----

    public final void register(Pollable what, long token) throws IOException {
        int descriptor = checked(what);
        generation = generation == GENERATIONS ? 1 : generation + 1;
        Entry entry = new Entry(what, (long) generation << 32 | descriptor, token);
        if (!add(descriptor, entry.data, what)) {
            // The same file: whoever registered it was closed, but for the file, which something else keeps open.
            Entry before = find(descriptor);
            if (before != null && isOpen(before.what)) {
                throw new IOException("descriptor " + descriptor + " is watched already, as " + before.what);
            }
            change(descriptor, entry.data, what);
        }
        put(descriptor, entry);
    }

    public final void modify(Pollable what, long token) throws IOException {
        int descriptor = checked(what);
        Entry entry = find(descriptor);
        if (entry == null || !entry.isOf(what)) {
            throw new IOException(what + " isn't registered");
        }
        entry.token = token;
        if (!change(descriptor, entry.data, what)) {
            add(descriptor, entry.data, what); // the number has got another file
        }
    }

    public final void remove(Pollable what) {
        int descriptor = descriptor(what);
        Entry entry = find(descriptor);
        if (entry != null && entry.isOf(what)) {
            entries[descriptor] = null;
            drop(descriptor);
        }
    }

    /**
     * Likewise, of what is closed right after: the system forgets a socket by itself. Of anything else another process may have the file
     * open, too, and go on with it.
     */
    public final void closing(Pollable what) {
        if (!(channel(what) instanceof SocketChannel)) {
            remove(what);
            return;
        }
        int descriptor = descriptor(what);
        Entry entry = find(descriptor);
        if (entry != null && entry.isOf(what)) {
            entries[descriptor] = null;
        }
    }

    // ---- events ----

    /** Whether an event with {@code data} is of a registration that is still there. */
    public final boolean isCurrent(long data) {
        Entry entry = find((int) data);
        return entry != null && entry.data == data;
    }

    /** The token of a current registration. */
    public final long token(long data) {
        return entries[(int) data].token;
    }

    /** Whether a current registration is of a pipe without a name, which nobody can open again at its other end. */
    public final boolean isPipe(long data) {
        return entries[(int) data].pipe;
    }

    /** Whether a current registration is by number: of a file that may be anything, a pipe with a name, too. */
    public final boolean isByNumber(long data) {
        return entries[(int) data].what instanceof Pollable.OfDescriptor;
    }

    // ---- by number ----

    private Entry find(int descriptor) {
        return descriptor >= 0 && descriptor < entries.length ? entries[descriptor] : null;
    }

    private void put(int descriptor, Entry entry) {
        if (descriptor >= entries.length) {
            entries = Arrays.copyOf(entries, Math.max(descriptor + 1, 2 * entries.length));
        }
        entries[descriptor] = entry;
    }

    // ---- what it is ----

    /** @throws IOException if it is closed, or none of the JDK @throws IllegalBlockingModeException if it is in blocking mode */
    private int checked(Pollable what) throws IOException {
        SelectableChannel channel = channel(what);
        if (channel != null) {
            if (!channel.isOpen()) {
                throw new ClosedChannelException();
            }
            if (channel.isBlocking()) {
                throw new IllegalBlockingModeException();
            }
        }
        int descriptor = descriptor(what);
        if (descriptor < 0) {
            throw new IOException("channels of the JDK, and descriptors, can be watched, not " + channel);
        }
        return descriptor;
    }

    private int descriptor(Pollable what) {
        return what instanceof Pollable.OfChannel of
                ? descriptor(of.channel())
                : ((Pollable.OfDescriptor) what).descriptor();
    }

    /** Null for a descriptor. */
    private static SelectableChannel channel(Pollable what) {
        return what instanceof Pollable.OfChannel of ? of.channel() : null;
    }

    private static boolean isOpen(Pollable what) {
        SelectableChannel channel = channel(what);
        return channel == null || channel.isOpen();
    }
}
