package dev.jevent.loop.epoll;

import dev.jevent.DescriptorCalls;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.SelectableChannel;

/** Where the system refuses an answer, the one with which the operation itself finds out. */
final class EpollDescriptorCalls implements DescriptorCalls {
    @Override
    public int descriptor(SelectableChannel channel) {
        return Math.max(-1, Epoll.descriptor(channel));
    }

    @Override
    public int descriptor(InputStream stream) {
        return Math.max(-1, Epoll.inputDescriptor(stream));
    }

    @Override
    public int descriptor(OutputStream stream) {
        return Math.max(-1, Epoll.outputDescriptor(stream));
    }

    @Override
    public boolean isWatchable(int descriptor) {
        return Epoll.isWatchable(descriptor) > 0;
    }

    @Override
    public boolean isReadable(int descriptor) {
        return Epoll.isReadable(descriptor) != 0;
    }

    @Override
    public int available(int descriptor) {
        return Math.max(0, Epoll.available(descriptor));
    }

    @Override
    public void closeOnExec(int descriptor) {
        Epoll.closeOnExec(descriptor);
    }

    @Override
    public boolean reopenOutput(int descriptor, int over) {
        return Epoll.reopenOutput(descriptor, over) >= 0;
    }
}
