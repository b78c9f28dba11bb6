package dev.jevent.resolver.ares;

import dev.jevent.Pollable;
import dev.jevent.jni.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A port for loops that watch descriptors. Of seventeen system calls that a channel takes for its life with one query it spares ten. */
final class DescriptorPort extends UdpPort {
    private static final int WOULD_BLOCK = -Errno.EAGAIN.number();

    private final int descriptor;

    DescriptorPort(UdpLink link) throws IOException {
        super(link);
        descriptor = Errno.check("connect", link.engine.connectDescriptor(link.number));
        open(Pollable.of(descriptor));
    }

    @Override
    void give(ByteBuffer datagram) throws IOException {
        int result = link.engine.sendFrom(descriptor, datagram.position(), datagram.remaining());
        if (result != WOULD_BLOCK) {
            Errno.check("send", result);
        }
    }

    @Override
    int take() throws IOException {
        int result = link.engine.receiveFrom(descriptor);
        return result == WOULD_BLOCK ? NOTHING : Errno.check("recv", result);
    }

    @Override
    void closeSocket() {
        Ares.close(descriptor); // it is closed, whatever that says
    }
}
