package dev.jevent.io.tls;

import dev.jevent.contract.Switches;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * Takes data out of the records that come, after the handshake. For one greenlet at a time. It waits only while it has nothing
 * to hand over, so that who is killed there loses nothing.
 */
final class Reading {
    private final TlsStream owner;
    private final Incoming incoming;
    private final Outgoing outgoing;
    private final Handshake handshake;
    private boolean ended;
    private SSLException truncation;
    private int barren; // records in a row

    Reading(TlsStream owner, Incoming incoming, Outgoing outgoing, Handshake handshake) {
        this.owner = owner;
        this.incoming = incoming;
        this.outgoing = outgoing;
        this.handshake = handshake;
    }

    /**
     * Reads what is there, or waits until something is.
     *
     * @return 0 without {@code mayWait} if nothing is there, and if something is, but {@code into} has no room; -1: the end
     */
    @Switches
    long receive(ByteBuffer[] into, int offset, int length, boolean mayWait) throws IOException {
        long total = 0;
        for (;;) {
            if (incoming.hasDecrypted()) {
                return incoming.take(into, offset, length);
            }
            if (ended) {
                return -1;
            }
            owner.checkStillUsable();
            if (truncation != null) {
                throw TlsStream.again(truncation);
            }
            SSLEngineResult result;
            try {
                result = incoming.unwrap(into, offset, length, total > 0);
                total += incoming.hasDecrypted() ? 0 : result.bytesProduced();
                check(result);
            } catch (SSLException e) {
                owner.fail(e);
                if (total > 0) {
                    return total; // the next read throws it
                }
                throw e;
            }
            switch (result.getStatus()) {
                case BUFFER_UNDERFLOW -> {
                    if (total > 0) {
                        return total;
                    }
                    int filled = fill(mayWait);
                    if (filled <= 0) {
                        return filled;
                    }
                }
                case BUFFER_OVERFLOW -> {
                    return total; // the next record has no room beside it
                }
                case CLOSED -> {
                    ended = true;
                    outgoing.answer();
                    return total > 0 ? total : -1;
                }
                case OK -> {
                    if (total > 0 && !incoming.hasEncrypted() || !respond(result, mayWait && total == 0)) {
                        return total;
                    }
                }
            }
        }
    }

    /** What a peer must not do. */
    private void check(SSLEngineResult result) throws SSLException {
        SSLEngineResult.Status status = result.getStatus();
        if (status == SSLEngineResult.Status.OK) {
            barren = result.bytesProduced() > 0 ? 0 : barren + 1;
            if (barren > TlsStream.BARREN) {
                throw new SSLException("more than " + TlsStream.BARREN + " TLS records in a row without data");
            }
        }
        boolean handshakeAgain = switch (result.getHandshakeStatus()) {
            case NEED_TASK, NEED_UNWRAP, NEED_UNWRAP_AGAIN -> true;
            case NEED_WRAP, NOT_HANDSHAKING, FINISHED -> false;
        };
        if (handshakeAgain && owner.isBefore13()) {
            throw new SSLException("the peer wants to renegotiate, which is refused");
        }
    }

    /** Does what a record asks for beside data. Returns false if that has to wait. */
    private boolean respond(SSLEngineResult result, boolean mayWait) throws IOException {
        switch (result.getHandshakeStatus()) {
            case NEED_TASK -> {
                if (!mayWait) {
                    return false;
                }
                try {
                    handshake.runTasks();
                } catch (SSLException e) {
                    throw owner.fail(e);
                }
            }
            case NEED_WRAP -> outgoing.answer();
            default -> {}
        }
        return true;
    }

    /** Returns 1: something came; 0: nothing, without waiting; -1: the end. */
    private int fill(boolean mayWait) throws IOException {
        outgoing.flushLeft();
        int count;
        try {
            count = !mayWait ? incoming.tryFill() : incoming.fill() ? 1 : -1;
        } catch (SSLException e) {
            throw owner.fail(e);
        }
        if (count < 0) {
            if (!owner.suppressTruncation()) {
                truncation = new SSLException("the data may have been truncated: " + owner.transport()
                        + " has ended without TLS's close_notify (suppressTruncation(true) takes that for the end)");
                throw truncation;
            }
            ended = true;
        }
        return count;
    }
}
