package dev.jevent.io.tls;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.ByteStream;
import dev.jevent.sync.Semaphore;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * What was encrypted and is not written yet, and who has the turn to encrypt and write: records must leave in the order they
 * were made in. Who is killed while writing leaves the rest here, for whoever has the next turn.
 *
 * <p>The reader, too, may have to say something, such as new keys or an alert. It never waits for that: the peer may be
 * waiting for it to read. If it cannot have the turn, it leaves a note that it {@link #owed owes} something; if it cannot
 * write all of it, a greenlet does.
 */
final class Outgoing {
    private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};

    private final TlsStream owner;
    private final ByteStream transport;
    private final SSLEngine engine;
    private final Semaphore turn = new Semaphore(1);
    private ByteBuffer encrypted = NOTHING[0]; // up to its position, except while it is being written
    private volatile boolean owed;
    private Greenlet<Void> flusher; // with the turn

    Outgoing(TlsStream owner, ByteStream transport, SSLEngine engine) {
        this.owner = owner;
        this.transport = transport;
        this.engine = engine;
    }

    // ---- the turn ----

    @Switches
    void acquire() {
        turn.acquire();
    }

    @NeverSwitches
    boolean tryAcquire() {
        return turn.tryAcquire();
    }

    @NeverSwitches
    void release() {
        turn.release();
        settle();
    }

    // ---- with the turn ----

    /** Encrypts one record, or what the engine itself has to say. {@link Status#BUFFER_OVERFLOW}: flush first. */
    @NeverSwitches
    SSLEngineResult wrap(ByteBuffer[] from, int offset, int length) throws SSLException {
        for (;;) {
            SSLEngineResult result = wrapOne(from, offset, length);
            if (result.getStatus() != Status.BUFFER_OVERFLOW) {
                return result;
            }
            int packet = engine.getSession().getPacketBufferSize();
            if (encrypted.capacity() >= packet) {
                if (!isEmpty()) {
                    return result;
                }
                throw new SSLException(engine + " cannot make a record of " + packet + " bytes, as its session has it");
            }
            encrypted = ByteBuffer.allocate(packet).put(encrypted.flip());
        }
    }

    private SSLEngineResult wrapOne(ByteBuffer[] from, int offset, int length) throws SSLException {
        try {
            return engine.wrap(from, offset, length, encrypted);
        } catch (RuntimeException e) { // of a key manager, a selector, or the provider
            throw new SSLException("the TLS engine failed: " + e, e);
        }
    }

    /** Encrypts what the engine itself has to say. */
    @NeverSwitches
    SSLEngineResult wrap() throws SSLException {
        return wrap(NOTHING, 0, 1);
    }

    boolean isEmpty() {
        return encrypted.position() == 0;
    }

    /** Writes all that is encrypted. */
    @Switches
    void flush() throws IOException {
        if (!isEmpty()) {
            encrypted.flip();
            try {
                transport.write(encrypted);
            } finally {
                encrypted.compact();
            }
        }
    }

    /** Writes what goes without waiting. Returns whether that is all. */
    @NeverSwitches
    boolean tryFlush() throws IOException {
        boolean progress = true;
        while (!isEmpty() && progress) {
            encrypted.flip();
            try {
                progress = transport.tryWrite(encrypted) > 0;
            } finally {
                encrypted.compact();
            }
        }
        return isEmpty();
    }

    /** Encrypts and writes all that the engine itself has to say. */
    @Switches
    void sendWaiting() throws IOException {
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            SSLEngineResult result = wrap();
            if (result.bytesProduced() == 0 && isEmpty()) {
                break;
            }
            flush();
        }
        flush();
    }

    /** As {@link #sendWaiting}, as far as it goes without waiting. Returns whether that was all. */
    @NeverSwitches
    boolean trySendWaiting() throws IOException {
        while (tryFlush() && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            if (wrap().bytesProduced() == 0) {
                break;
            }
        }
        return isEmpty();
    }

    /** Lets a greenlet write the rest. */
    @NeverSwitches
    void flushLater() {
        if (flusher == null || flusher.dead()) {
            flusher = Hub.current().spawn(this::flushAsGreenlet);
        }
    }

    private void flushAsGreenlet() {
        turn.acquire();
        try {
            flush();
        } catch (IOException e) {
            // The transport is broken or closed; it tells that itself to whoever uses it next.
        } finally {
            flusher = null;
            release();
        }
    }

    // ---- without it ----

    /** Sends what the engine itself has to say as soon as that is possible. */
    @NeverSwitches
    void answer() {
        owed = true;
        settle();
    }

    private void settle() {
        boolean all = true;
        while (all && owed && !owner.isClosing() && turn.tryAcquire()) {
            owed = false;
            try {
                all = trySendWaiting();
                if (!all) {
                    owed = true; // when the flusher gives the turn back
                    flushLater();
                }
            } catch (IOException e) {
                // The transport is broken, or the engine: either tells that itself to whoever uses it next.
            } finally {
                turn.release();
            }
        }
    }

    /** Before a wait for the peer: it may wait for what somebody who was killed has left here. */
    @NeverSwitches
    void flushLeft() {
        if (!isEmpty() && turn.tryAcquire()) {
            try {
                if (!tryFlush()) {
                    flushLater();
                }
            } catch (IOException e) {
                // The transport tells that itself to whoever writes next; what it has brought can still be read.
            } finally {
                release();
            }
        }
    }

    /** Says that nothing more will come, if that goes without waiting and without cutting a record in two. */
    @NeverSwitches
    void sayGoodbye() {
        if (turn.tryAcquire()) {
            try {
                if (tryFlush()) {
                    engine.closeOutbound();
                    trySendWaiting();
                }
            } catch (IOException e) {
                // Nobody is there to hear it.
            } finally {
                turn.release();
            }
        }
    }
}
