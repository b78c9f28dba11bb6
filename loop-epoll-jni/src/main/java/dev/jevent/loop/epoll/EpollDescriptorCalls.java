package dev.jevent.loop.epoll;

import dev.jevent.DescriptorCalls;
import dev.jevent.jni.Transferred;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
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

    @Override
    public int receive(int socket, ByteBuffer into) throws IOException {
        int length = into.remaining();
        return Transferred.received(into, length == 0 ? 0 : into.isDirect()
                ? Epoll.receive(socket, into, into.position(), length)
                : Epoll.receiveArray(socket, into.array(), into.arrayOffset() + into.position(), length));
    }

    @Override
    public int send(int socket, ByteBuffer from) throws IOException {
        int length = from.remaining();
        return Transferred.sent(from, length == 0 ? 0 : from.isDirect()
                ? Epoll.send(socket, from, from.position(), length)
                : Epoll.sendArray(socket, from.array(), from.arrayOffset() + from.position(), length));
    }
}
