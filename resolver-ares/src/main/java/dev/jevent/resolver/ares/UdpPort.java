package dev.jevent.resolver.ares;

import dev.jevent.Interest;
import dev.jevent.Pollable;
import dev.jevent.Watcher;
import dev.jevent.spi.CarrierCallback;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A port of this machine that queries go out from, to one server: connected, so that the system passes on nothing of others.
 * It is closed when it has sent as many queries as it may and none of them is in flight, or nothing at all is.
 */
abstract class UdpPort implements CarrierCallback {
    /** Of {@link #take}: nothing has come. An empty datagram has a length of zero. */
    static final int NOTHING = -1;

    /** Datagrams taken in one turn of the loop. */
    private static final int BATCH = 16;

    /** So many false answers, and what is asked here is asked by a stream: somebody guesses, or a box in between lies. */
    private static final int MOST_FALSE = 8;

    /** Of so many queries that are over another answer isn't false, but late. */
    private static final int MOST_OVER = 64;

    private static final char[] NONE = {};

    final UdpLink link;
    final List<Query> queries = new ArrayList<>(1);
    private Watcher.Io readable; // null: not open
    private int sent;
    private int falseAnswers;
    private char[] over = NONE; // numbers of those that were last
    private int overCount;

    UdpPort(UdpLink link) {
        this.link = link;
    }

    // ---- the socket ----

    /** Sends a datagram. If it finds no room it is lost, as on any other way. @throws IOException also for what became of one before */
    abstract void give(ByteBuffer datagram) throws IOException;

    /** Takes a datagram into the exchange. @return its bytes, or {@link #NOTHING} */
    abstract int take() throws IOException;

    abstract void closeSocket();

    /** Begins to take what comes to {@code socket}, which is closed if that is impossible. */
    final void open(Pollable socket) {
        try {
            readable = link.engine.loop().io(socket, Interest.READ.mask());
            readable.ref(false);
            readable.start(this);
        } catch (RuntimeException | Error e) {
            if (readable != null) {
                readable.close();
                readable = null;
            }
            closeSocket();
            throw e;
        }
    }

    // ---- queries ----

    /** @throws IOException also for what became of a datagram before */
    final void send(Query query, ByteBuffer datagram) throws IOException {
        if (!queries.contains(query)) {
            queries.add(query);
            query.ports.add(this);
        }
        sent++;
        give(datagram);
    }

    @Override
    public final void run() {
        for (int i = 0; i < BATCH && readable != null; i++) {
            int length;
            try {
                length = take();
            } catch (IOException e) {
                link.engine.failed(link.number, false); // nobody listens there, or the network is gone
                return;
            }
            if (length == NOTHING) {
                readable.drained();
                return;
            }
            link.engine.arrived(this, length);
        }
    }

    /** Whether another query may go out from here. */
    final boolean hasRoom() {
        return readable != null && sent < link.engine.queriesPerPort() && falseAnswers < MOST_FALSE;
    }

    /** {@code id} is the number that an answer has which nobody here waits for. @return whether that was one too many */
    final boolean countFalse(int id) {
        for (int i = Math.min(overCount, over.length); i-- > 0; ) {
            if (over[i] == id) {
                return false; // its query was sent twice, and answered twice
            }
        }
        return ++falseAnswers >= MOST_FALSE;
    }

    /** {@code query} is over. */
    final void forget(Query query) {
        queries.remove(query);
        if (queries.isEmpty() && !hasRoom()) {
            close();
            return;
        }
        if (over.length == 0) {
            over = new char[Math.min(MOST_OVER, link.engine.queriesPerPort())];
        }
        over[overCount++ % over.length] = (char) query.id;
    }

    final void close() {
        if (readable != null) {
            readable.close();
            readable = null;
            link.closed(this);
            closeSocket();
        }
    }
}
