package dev.jevent.resolver.ares;

import dev.jevent.Pollable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** A port for any loop. */
final class ChannelPort extends UdpPort {
    private final DatagramChannel channel;

    ChannelPort(UdpLink link, InetSocketAddress server) throws IOException {
        super(link);
        channel = link.engine.loop().channels().openDatagramChannel(
                server.getAddress().getAddress().length == 4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
        try {
            channel.configureBlocking(false);
            channel.connect(server);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        open(Pollable.of(channel));
    }

    @Override
    void give(ByteBuffer datagram) throws IOException {
        channel.write(datagram);
    }

    @Override
    int take() throws IOException {
        int length = channel.read(link.engine.roomForDatagram());
        return length > 0 ? length : length == 0 ? NOTHING : 0; // -1 is what channels say of one without any byte
    }

    @Override
    void closeSocket() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }
}
