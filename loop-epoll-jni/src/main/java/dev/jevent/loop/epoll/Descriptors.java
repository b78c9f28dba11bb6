package dev.jevent.loop.epoll;

import dev.jevent.Pollable;
import dev.jevent.jni.Errno;
import dev.jevent.loop.ReadyTokens;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.util.Arrays;

/**
 * Who is registered, by number of the descriptor. A number whose file was closed behind our back may come again: then the
 * later registration takes the place of the earlier one, whose removal must not touch it.
 */
final class Descriptors {
    /** Urgent data isn't asked for, as in java.nio. */
    private static final int ALL = Epoll.IN | Epoll.OUT | Epoll.RDHUP | Epoll.ET;

    private static final int GENERATIONS = Integer.MAX_VALUE; // data of ours is positive

    private final int set;
    private Entry[] entries = new Entry[64];
    private int generation;

    Descriptors(int set) {
        this.set = set;
    }

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

    void register(Pollable what, long token) throws IOException {
        int descriptor = checked(what);
        generation = generation == GENERATIONS ? 1 : generation + 1;
        Entry entry = new Entry(what, (long) generation << 32 | descriptor, token);
        int result = Epoll.control(set, Epoll.ADD, descriptor, ALL, entry.data);
        if (result == -Epoll.EEXIST) {
            // The same file: whoever registered it was closed, but for the file, which something else keeps open.
            Entry before = find(descriptor);
            if (before != null && isOpen(before.what)) {
                throw new IOException("descriptor " + descriptor + " is watched already, as " + before.what);
            }
            result = Epoll.control(set, Epoll.MOD, descriptor, ALL, entry.data);
        }
        check(result, what);
        put(descriptor, entry);
    }

    void modify(Pollable what, long token) throws IOException {
        int descriptor = checked(what);
        Entry entry = find(descriptor);
        if (entry == null || !entry.isOf(what)) {
            throw new IOException(what + " isn't registered");
        }
        entry.token = token;
        int result = Epoll.control(set, Epoll.MOD, descriptor, ALL, entry.data);
        if (result == -Epoll.ENOENT) {
            // The number has got another file.
            result = Epoll.control(set, Epoll.ADD, descriptor, ALL, entry.data);
        }
        check(result, what);
    }

    void remove(Pollable what) {
        int descriptor = descriptor(what);
        Entry entry = find(descriptor);
        if (entry != null && entry.isOf(what)) {
            entries[descriptor] = null;
            Epoll.control(set, Epoll.DEL, descriptor, 0, 0); // refused if the file was closed: then it is gone already
        }
    }

    /** Of an event; nothing if it is of a registration that is gone. */
    void report(long data, int events, ReadyTokens into) {
        Entry entry = find((int) data);
        if (entry != null && entry.data == data) {
            into.add(entry.token, EpollPoller.ready(events, entry.pipe));
        }
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
    private static int checked(Pollable what) throws IOException {
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
            throw new IOException("the loop epoll-jni watches channels of the JDK, and descriptors, not " + channel);
        }
        return descriptor;
    }

    /** Negative for a channel that isn't the JDK's. */
    private static int descriptor(Pollable what) {
        return what instanceof Pollable.OfChannel of
                ? Epoll.descriptor(of.channel())
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

    private static void check(int result, Pollable what) throws IOException {
        if (result == -Epoll.EPERM) {
            throw new IOException(what + " cannot be watched: a file or directory is always ready");
        }
        Errno.check("epoll_ctl", result);
    }
}
