package dev.jevent.resolver.ares;

import dev.jevent.Interest;
import dev.jevent.Pollable;
import dev.jevent.Watcher;
import dev.jevent.spi.CarrierCallback;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * A port of this machine that queries go out from, to one server: connected, so that the system passes on nothing of others.
 * It is closed when it has sent as many queries
 * as it may and none of them is in flight, or nothing at all is.
 */
final class UdpPort implements CarrierCallback {
    /** Datagrams taken in one turn of the loop. */
    private static final int BATCH = 16;

    /** So many false answers, and what is asked here is asked by a stream: somebody guesses, or a box in between lies. */
    private static final int MOST_FALSE = 8;

    final UdpLink link;
    final List<Query> queries = new ArrayList<>(1);
    private final DatagramChannel channel;
    private final Watcher.Io readable;
    private int sent;
    private int falseAnswers;

    UdpPort(UdpLink link) throws IOException {
        this.link = link;
        channel = link.open();
        readable = link.engine.loop().io(Pollable.of(channel), Interest.READ.mask());
        readable.ref(false);
        readable.start(this);
    }

    /** @throws IOException also for what became of a datagram before */
    void send(Query query, ByteBuffer datagram) throws IOException {
        if (!queries.contains(query)) {
            queries.add(query);
            query.ports.add(this);
        }
        sent++;
        channel.write(datagram); // if it finds no room it is lost, as on any other way
    }

    @Override
    public void run() {
        for (int i = 0; i < BATCH && channel.isOpen(); i++) {
            int length;
            try {
                length = link.engine.receive(channel);
            } catch (IOException e) {
                link.engine.failed(link.number, false); // nobody listens there, or the network is gone
                return;
            }
            if (length == 0) {
                return;
            }
            link.engine.arrived(this, Math.max(length, 0)); // -1 is what channels say of one without any byte
        }
    }

    /** Whether another query may go out from here. */
    boolean hasRoom() {
        return channel.isOpen() && sent < link.engine.queriesPerPort();
    }

    /** @return whether that was one too many */
    boolean countFalse() {
        if (++falseAnswers < MOST_FALSE) {
            return false;
        }
        falseAnswers = 0;
        return true;
    }

    /** {@code query} is over. */
    void forget(Query query) {
        queries.remove(query);
        if (queries.isEmpty() && !hasRoom()) {
            close();
        }
    }

    void close() {
        if (channel.isOpen()) {
            readable.close();
            link.closed(this);
            try {
                channel.close();
            } catch (IOException e) {
                // It is closed all the same.
            }
        }
    }
}
