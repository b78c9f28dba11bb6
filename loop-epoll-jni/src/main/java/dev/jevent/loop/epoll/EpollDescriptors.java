package dev.jevent.loop.epoll;

import dev.jevent.Pollable;
import dev.jevent.jni.Errno;
import dev.jevent.loop.Descriptors;
import java.io.IOException;
import java.nio.channels.SelectableChannel;

/** What is registered in an epoll set. */
final class EpollDescriptors extends Descriptors {
    /** Urgent data isn't asked for, as in java.nio. */
    private static final int ALL = Epoll.IN | Epoll.OUT | Epoll.RDHUP | Epoll.ET;

    private final int set;

    EpollDescriptors(int set) {
        this.set = set;
    }

    @Override
    protected int descriptor(SelectableChannel channel) {
        return Epoll.descriptor(channel);
    }

    @Override
    protected boolean add(int descriptor, long data, Pollable what) throws IOException {
        int result = Epoll.control(set, Epoll.ADD, descriptor, ALL, data);
        return result != -Epoll.EEXIST && checked(result, what);
    }

    @Override
    protected boolean change(int descriptor, long data, Pollable what) throws IOException {
        int result = Epoll.control(set, Epoll.MOD, descriptor, ALL, data);
        return result != -Epoll.ENOENT && checked(result, what);
    }

    private static boolean checked(int result, Pollable what) throws IOException {
        if (result == -Epoll.EPERM) {
            throw new IOException(what + " cannot be watched: a file or directory is always ready");
        }
        Errno.check("epoll_ctl", result);
        return true;
    }

    @Override
    protected void drop(int descriptor) {
        Epoll.control(set, Epoll.DEL, descriptor, 0, 0); // refused if the file was closed: then it is gone already
    }
}
