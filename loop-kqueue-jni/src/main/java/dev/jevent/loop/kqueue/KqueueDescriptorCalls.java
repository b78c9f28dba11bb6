package dev.jevent.loop.kqueue;

import dev.jevent.DescriptorCalls;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.SelectableChannel;

/** Where the system refuses an answer, the one with which the operation itself finds out. */
final class KqueueDescriptorCalls implements DescriptorCalls {
    @Override
    public int descriptor(SelectableChannel channel) {
        return Math.max(-1, Kqueue.descriptor(channel));
    }

    @Override
    public int descriptor(InputStream stream) {
        return Math.max(-1, Kqueue.inputDescriptor(stream));
    }

    @Override
    public int descriptor(OutputStream stream) {
        return Math.max(-1, Kqueue.outputDescriptor(stream));
    }

    @Override
    public boolean isWatchable(int descriptor) {
        return Kqueue.isWatchable(descriptor) > 0;
    }

    @Override
    public boolean isReadable(int descriptor) {
        return Kqueue.isReadable(descriptor) != 0;
    }

    @Override
    public int available(int descriptor) {
        return Math.max(0, Kqueue.available(descriptor));
    }

    @Override
    public void closeOnExec(int descriptor) {
        Kqueue.closeOnExec(descriptor);
    }

    @Override
    public boolean reopenOutput(int descriptor, int over) {
        return Kqueue.reopenOutput(descriptor, over) >= 0;
    }
}
