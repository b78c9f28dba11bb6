package dev.jevent.io.tls;

import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** Makes records of data, after the handshake. For one greenlet at a time. */
final class Writing {
    private final TlsStream owner;
    private final Outgoing outgoing;
    private final Handshake handshake;

    Writing(TlsStream owner, Outgoing outgoing, Handshake handshake) {
        this.owner = owner;
        this.outgoing = outgoing;
        this.handshake = handshake;
    }

    static long remaining(ByteBuffer[] from, int offset, int length) {
        long remaining = 0;
        for (int i = offset; i < offset + length; i++) {
            remaining += from[i].remaining();
        }
        return remaining;
    }

    /** Writes what was left by others, then all of {@code from}, record by record. */
    @Switches
    void send(ByteBuffer[] from, int offset, int length) throws IOException {
        outgoing.acquire();
        try {
            outgoing.flush();
            int idle = 0;
            while (remaining(from, offset, length) > 0) {
                SSLEngineResult result = wrap(from, offset, length);
                if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                    handshake.runTasks();
                }
                idle = result.bytesProduced() > 0 ? 0 : idle + 1;
                if (idle > TlsStream.BARREN) {
                    throw owner.fail(new SSLException("the TLS engine makes no progress: " + result));
                }
                outgoing.flush();
            }
            outgoing.sendWaiting(); // such as new keys, after so many bytes
        } finally {
            outgoing.release();
        }
    }

    /** Writes what goes without waiting: nothing if somebody else writes, or another's record is not out yet. */
    @NeverSwitches
    void trySend(ByteBuffer[] from) throws IOException {
        if (outgoing.tryAcquire()) {
            try {
                while (outgoing.tryFlush() && from[0].hasRemaining() && wrap(from, 0, 1).bytesProduced() > 0) {
                    // as long as it goes
                }
                if (!outgoing.isEmpty()) {
                    outgoing.flushLater();
                }
            } finally {
                outgoing.release();
            }
        }
    }

    private SSLEngineResult wrap(ByteBuffer[] from, int offset, int length) throws IOException {
        owner.checkStillUsable();
        SSLEngineResult result;
        try {
            result = outgoing.wrap(from, offset, length);
        } catch (SSLException e) {
            throw owner.fail(e);
        }
        if (result.getStatus() == Status.CLOSED && remaining(from, offset, length) > 0) {
            throw new SSLException("the peer has closed " + owner.session().getProtocol() + ", so nothing can be written any more");
        }
        return result;
    }
}
