package dev.jevent.io.tls;

import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.ByteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLProtocolException;

/**
 * What came and was not taken yet: encrypted, and decrypted where the reader's buffer had no room for a whole record. For
 * one greenlet at a time: who does the handshake, then who reads.
 */
final class Incoming {
    /** Buffers of bytes that are read only to be rid of them; who sends more must expect a reset. */
    private static final int DISCARDS = 16;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ByteStream transport;
    private final SSLEngine engine;
    private ByteBuffer encrypted = NOTHING; // from position to limit, except while it is being filled
    private ByteBuffer decrypted = NOTHING; // likewise
    private final ByteBuffer[] own = new ByteBuffer[1]; // the same

    Incoming(ByteStream transport, SSLEngine engine) {
        this.transport = transport;
        this.engine = engine;
    }

    /** Waits for encrypted bytes. Returns false if the transport has ended. */
    @Switches
    boolean fill() throws IOException {
        makeRoom();
        try {
            return transport.read(encrypted) >= 0;
        } finally {
            encrypted.flip();
        }
    }

    /** As {@link #fill}, but returns 0 instead of waiting, and -1 if the transport has ended. */
    @NeverSwitches
    int tryFill() throws IOException {
        makeRoom();
        try {
            return transport.tryRead(encrypted);
        } finally {
            encrypted.flip();
        }
    }

    /** Room for the rest of a record. Afterwards {@code flip()} makes what was there readable again. */
    private void makeRoom() throws SSLException {
        int packet = engine.getSession().getPacketBufferSize();
        if (encrypted.capacity() < packet) {
            encrypted = ByteBuffer.allocate(packet).put(encrypted);
        } else if (encrypted.position() > 0) {
            encrypted.compact();
        } else { // nothing to move, also where bytes come one by one
            encrypted.position(encrypted.limit()).limit(encrypted.capacity());
        }
        if (!encrypted.hasRemaining()) {
            encrypted.flip();
            throw new SSLProtocolException("a TLS record of more than " + encrypted.limit() + " bytes");
        }
    }

    /**
     * Decrypts one record into {@code into}, or, if that hasn't room for all of it, into a buffer of this, unless
     * {@code direct}.
     */
    @NeverSwitches
    SSLEngineResult unwrap(ByteBuffer[] into, int offset, int length, boolean direct) throws SSLException {
        SSLEngineResult result = unwrapOne(into, offset, length);
        if (result.getStatus() != SSLEngineResult.Status.BUFFER_OVERFLOW || direct) {
            return result;
        }
        int size = engine.getSession().getApplicationBufferSize();
        if (decrypted.capacity() < size) {
            decrypted = ByteBuffer.allocate(size);
        }
        own[0] = decrypted.clear();
        try {
            result = unwrapOne(own, 0, 1);
        } finally {
            decrypted.flip();
        }
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            throw new SSLException(engine + " cannot take a record apart in " + size + " bytes, as its session has it");
        }
        return result;
    }

    private SSLEngineResult unwrapOne(ByteBuffer[] into, int offset, int length) throws SSLException {
        try {
            return engine.unwrap(encrypted, into, offset, length);
        } catch (RuntimeException e) { // of a trust manager, a selector, or the provider
            throw new SSLException("the TLS engine failed: " + e, e);
        }
    }

    boolean hasEncrypted() {
        return encrypted.hasRemaining();
    }

    boolean hasDecrypted() {
        return decrypted.hasRemaining();
    }

    int decryptedCount() {
        return decrypted.remaining();
    }

    /** Moves what was decrypted before. */
    long take(ByteBuffer[] into, int offset, int length) {
        long total = 0;
        for (int i = offset; i < offset + length && decrypted.hasRemaining(); i++) {
            int count = Math.min(into[i].remaining(), decrypted.remaining());
            into[i].put(into[i].position(), decrypted, decrypted.position(), count);
            into[i].position(into[i].position() + count);
            decrypted.position(decrypted.position() + count);
            total += count;
        }
        return total;
    }

    /**
     * Takes what has come, since nobody will: a TCP socket that is closed while something is unread, session tickets as a rule, resets
     * the connection, and the peer loses what it hasn't read yet.
     */
    @NeverSwitches
    void discard() {
        try {
            for (int i = 0; i < DISCARDS && transport.tryRead(encrypted.clear()) > 0; i++) {
                // as long as there is something
            }
        } catch (IOException e) {
            // The connection is reset already, or closed.
        }
    }

    /** What came after the last record. */
    ByteBuffer takeEncrypted() {
        ByteBuffer rest = encrypted;
        encrypted = NOTHING;
        return rest;
    }
}
