package dev.jevent.io.tls;

import dev.jevent.Durations;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.ByteStream;
import dev.jevent.io.ByteStreamInput;
import dev.jevent.io.ByteStreamOutput;
import dev.jevent.io.ReadAheadStream;
import dev.jevent.sync.Event;
import dev.jevent.sync.Timeout;
import dev.jevent.sync.TimeoutExpired;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * TLS over another {@link ByteStream}, which belongs to this from then on, its {@link #timeout()} included.
 *
 * <pre>{@code
 * try (var stream = TlsStream.client(TcpSocket.connect(host, 443), SSLContext.getDefault(), host, 443)) {
 *     stream.write(request);
 *     stream.read(response);
 * }
 * }</pre>
 *
 * <pre>
 *   NEW ── handshake(), or the first read or write ──▶ HANDSHAKEN ── close(), unwrap() ──▶ CLOSED
 *    │                         └── TLS itself fails ──▶ FAILED ── close() ─────────────────▲
 *    └── close() ──────────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>FAILED: reads and writes throw {@link SSLException} with what failed first as their cause. A timeout or a kill is no
 * failure, in the handshake neither: the next call goes on where it was. A handshake that another greenlet does is
 * waited for.
 *
 * <p><b>A write that was interrupted</b> has accepted a whole number of records; the buffer's position tells how many bytes
 * that were. They will arrive: what wasn't written of them is written by the next operation, or beside it.
 *
 * <p><b>The end.</b> {@link #read} returns -1 only if the peer has said that it sends no more (<i>close_notify</i>). If
 * the transport ends without that, somebody may have cut the data off: {@link SSLException}, unless
 * {@link #suppressTruncation} says otherwise. {@link #close()} says it to the peer as far as that goes without waiting.
 *
 * <p>Renegotiation, which TLS before 1.3 has, is refused: the stream fails. So it does after {@value #BARREN} records
 * in a row without data.
 */
public final class TlsStream implements ByteStream {
    /** Records without data that a peer may send one after the other. */
    static final int BARREN = 32;

    private static final Set<String> BEFORE_13 = Set.of("TLSv1.2", "TLSv1.1", "TLSv1", "SSLv3");
    private static final ByteBuffer[] NOTHING = {};

    private final ByteStream transport;
    private final SSLEngine engine;
    private final Direction reading = new Direction(this, "read from");
    private final Direction writing = new Direction(this, "write to");
    private final Incoming incoming;
    private final Outgoing outgoing;
    private final Handshake handshake;
    private final Reading receiving;
    private final Writing sending;
    private final ByteStreamInput input = new ByteStreamInput(this);
    private final ByteStreamOutput output = new ByteStreamOutput(this);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Event closing = new Event(); // for who waits for work in the thread pool

    private final SSLSession noSession; // until there is one: then the engine may be locked by what runs in the thread pool
    private volatile SSLSession session; // of the handshake that is done

    private volatile Duration timeout;
    private volatile boolean suppressTruncation;
    private volatile SSLException failure;
    private volatile boolean outputShutdown;

    /**
     * @param engine as it is, in client or server mode, with all its parameters: unlike {@link #client} nothing here sees to it
     *     that the host name is checked
     */
    @SuppressWarnings("this-escape") // the parts only keep the reference
    public TlsStream(ByteStream transport, SSLEngine engine) {
        this.transport = Objects.requireNonNull(transport, "transport");
        this.engine = Objects.requireNonNull(engine, "engine");
        this.incoming = new Incoming(transport, engine);
        this.outgoing = new Outgoing(this, transport, engine);
        this.handshake = new Handshake(this, engine, incoming, outgoing, closing);
        this.receiving = new Reading(this, incoming, outgoing, handshake);
        this.sending = new Writing(this, outgoing, handshake);
        this.noSession = engine.getSession();
        this.timeout = transport.timeout();
        transport.timeout(null);
    }

    /**
     * The client's side. Tells the server {@code host} (SNI) and checks that its certificate is for {@code host}.
     *
     * @param host a name or an address
     * @param port with {@code host} the key under which {@code context} keeps sessions for resumption
     */
    public static TlsStream client(ByteStream transport, SSLContext context, String host, int port) {
        return client(transport, context, host, port, new SSLParameters());
    }

    /**
     * @param parameters what they leave null is as with {@link #client(ByteStream, SSLContext, String, int)}. A server name takes
     *     the place of {@code host} in all it is for; an empty list of them sends none. An empty endpoint identification
     *     algorithm leaves the name unchecked
     */
    public static TlsStream client(ByteStream transport, SSLContext context, String host, int port, SSLParameters parameters) {
        Objects.requireNonNull(host, "host");
        // Were it the host's whatever the name, the JDK would resume a session of one name for another, unchecked.
        SSLEngine engine = context.createSSLEngine(ServerNames.host(parameters.getServerNames(), host), port);
        engine.setUseClientMode(true);
        engine.setSSLParameters(parameters);
        SSLParameters actual = engine.getSSLParameters();
        if (parameters.getEndpointIdentificationAlgorithm() == null) {
            actual.setEndpointIdentificationAlgorithm("HTTPS");
        }
        if (parameters.getServerNames() == null) {
            actual.setServerNames(ServerNames.of(host));
        }
        engine.setSSLParameters(actual);
        return new TlsStream(transport, engine);
    }

    /** The server's side. */
    public static TlsStream server(ByteStream transport, SSLContext context) {
        return server(transport, context, new SSLParameters());
    }

    /** @param parameters {@link SSLParameters#setNeedClientAuth}, {@link SSLParameters#setApplicationProtocols} and others */
    public static TlsStream server(ByteStream transport, SSLContext context, SSLParameters parameters) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setSSLParameters(parameters);
        return new TlsStream(transport, engine);
    }

    // ---- the handshake ----

    /**
     * Does the handshake, unless it is done. Waits if another greenlet is at it.
     *
     * @throws SSLHandshakeException if the two don't agree, or a certificate isn't trusted or for another host
     * @throws SocketTimeoutException when {@link #timeout()} is over
     */
    @Switches
    public void handshake() throws IOException {
        checkUsable();
        if (!isHandshaken()) {
            Timeout limit = Timeout.ofNullable(timeout);
            limit.start();
            try {
                completeHandshake();
            } catch (TimeoutExpired e) {
                throw timedOut(e, limit, "handshake", 0);
            } finally {
                limit.close();
            }
        }
    }

    private void completeHandshake() throws IOException {
        if (!isHandshaken()) {
            handshake.acquire();
            try {
                checkStillUsable();
                if (!isHandshaken()) {
                    handshake.complete();
                    checkStillUsable();
                    session = engine.getSession();
                }
            } catch (SSLException e) {
                throw fail(e);
            } finally {
                handshake.release();
            }
        }
    }

    public boolean isHandshaken() {
        return session != null;
    }

    /** Whether the protocol is one in which a handshake may be followed by another. Not before the handshake has agreed on it. */
    boolean isBefore13() {
        SSLSession agreed = session;
        return BEFORE_13.contains((agreed != null ? agreed : engine.getSession()).getProtocol());
    }

    // ---- reading ----

    @Override
    @Switches
    public int read(ByteBuffer into) throws IOException {
        reading.enter();
        try {
            reading.single[0] = into;
            return (int) readWithin(reading.single, 0, 1);
        } finally {
            reading.leave();
        }
    }

    @Override
    @Switches
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        reading.enter();
        try {
            return readWithin(into, offset, length);
        } finally {
            reading.leave();
        }
    }

    private long readWithin(ByteBuffer[] into, int offset, int length) throws IOException {
        checkOpen();
        if (room(into, offset, length) == 0) {
            return 0;
        }
        Timeout limit = reading.limit(timeout);
        limit.start();
        try {
            checkUsable();
            completeHandshake();
            return receiving.receive(into, offset, length, true);
        } catch (TimeoutExpired e) {
            throw timedOut(e, limit, "read", 0);
        } finally {
            limit.cancel();
        }
    }

    /** Before the handshake is done, there is nothing to read. */
    @Override
    @NeverSwitches
    public int tryRead(ByteBuffer into) throws IOException {
        reading.enterBriefly();
        try {
            checkUsable();
            reading.single[0] = into;
            return room(reading.single, 0, 1) == 0 || !isHandshaken() ? 0 : (int) receiving.receive(reading.single, 0, 1, false);
        } finally {
            reading.leave();
        }
    }

    private static long room(ByteBuffer[] into, int offset, int length) {
        long room = 0;
        for (int i = offset; i < offset + length; i++) {
            if (into[i].isReadOnly()) {
                throw new IllegalArgumentException("into: " + into[i] + " (expected: one that isn't read-only)");
            }
            room += into[i].remaining();
        }
        return room;
    }

    // ---- writing ----

    @Override
    @Switches
    public int write(ByteBuffer from) throws IOException {
        writing.enter();
        try {
            writing.single[0] = from;
            return (int) writeWithin(writing.single, 0, 1);
        } finally {
            writing.leave();
        }
    }

    @Override
    @Switches
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        writing.enter();
        try {
            return writeWithin(from, offset, length);
        } finally {
            writing.leave();
        }
    }

    private long writeWithin(ByteBuffer[] from, int offset, int length) throws IOException {
        checkWritable();
        long total = Writing.remaining(from, offset, length);
        if (total == 0) {
            return 0;
        }
        Timeout limit = writing.limit(timeout);
        limit.start();
        try {
            completeHandshake();
            sending.send(from, offset, length);
            return total;
        } catch (TimeoutExpired e) {
            throw timedOut(e, limit, "write", total - Writing.remaining(from, offset, length));
        } finally {
            limit.cancel();
        }
    }

    /** Before the handshake is done, and while another write is interrupted in the middle of a record, nothing goes. */
    @Override
    @NeverSwitches
    public int tryWrite(ByteBuffer from) throws IOException {
        writing.enterBriefly();
        try {
            checkWritable();
            int total = from.remaining();
            writing.single[0] = from;
            if (isHandshaken()) {
                sending.trySend(writing.single);
            }
            return total - from.remaining();
        } finally {
            writing.leave();
        }
    }

    // ---- its end ----

    /**
     * Says that nothing more will come (<i>close_notify</i>), after the handshake if need be. The transport stays as it is.
     * Reading goes on; but before TLS 1.3 a peer answers this by closing its own side, whatever it had still to write.
     */
    @Override
    @Switches
    public void shutdownOutput() throws IOException {
        checkUsable();
        writing.enter();
        Timeout limit = writing.limit(timeout);
        try {
            limit.start();
            completeHandshake();
            outgoing.acquire();
            try {
                outgoing.flush();
                outputShutdown = true;
                engine.closeOutbound();
                outgoing.sendWaiting();
            } finally {
                outgoing.release();
            }
        } catch (TimeoutExpired e) {
            throw timedOut(e, limit, "shutdown", 0);
        } finally {
            limit.cancel();
            writing.leave();
        }
    }

    /** Whether {@link #shutdownOutput()} was called. */
    public boolean isOutputShutdown() {
        return outputShutdown;
    }

    /**
     * Ends TLS, and gives the transport back as it was before: tells the peer, waits until it says the same, and closes this
     * without closing the transport. If it fails this is still open.
     *
     * @return the transport, or, if more has been read from it already, a stream that begins with that
     * @throws IllegalStateException if the peer has sent data that wasn't read: read to the end first
     */
    @Switches
    public ByteStream unwrap() throws IOException {
        shutdownOutput();
        reading.enter();
        Timeout limit = reading.limit(timeout);
        try {
            limit.start();
            if (receiving.receive(NOTHING, 0, 0, true) >= 0) {
                throw new IllegalStateException("unwrap: " + incoming.decryptedCount() + " bytes or more of " + this
                        + " are unread (expected: read() has returned -1)");
            }
        } catch (TimeoutExpired e) {
            throw timedOut(e, limit, "shutdown", 0);
        } finally {
            limit.cancel();
            reading.leave();
        }
        if (!closed.compareAndSet(false, true)) {
            throw new AsynchronousCloseException();
        }
        transport.timeout(timeout);
        ByteBuffer rest = incoming.takeEncrypted();
        return rest.hasRemaining() ? new ReadAheadStream(transport, rest) : transport;
    }

    /**
     * Tells the peer, if that goes without waiting, then closes the transport. Who waits gets
     * {@link AsynchronousCloseException}. Idempotent.
     */
    @Override
    @AnyThread
    @NeverSwitches
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            try {
                if (isHandshaken() && failure == null && !handshake.isTaskRunning()) {
                    outgoing.sayGoodbye();
                }
                discardUnread();
            } finally {
                closing.set();
                transport.close();
            }
        }
    }

    private void discardUnread() {
        if (reading.tryEnter()) {
            try {
                if (handshake.tryAcquire()) {
                    try {
                        incoming.discard();
                    } finally {
                        handshake.release();
                    }
                }
            } finally {
                reading.leave();
            }
        }
    }

    @Override
    @AnyThread
    public boolean isOpen() {
        return !closed.get() && transport.isOpen();
    }

    boolean isClosing() {
        return closed.get();
    }

    // ---- whether it can be used ----

    private void checkOpen() throws ClosedChannelException {
        if (closed.get()) {
            throw new ClosedChannelException();
        }
    }

    private void checkUsable() throws IOException {
        checkOpen();
        if (failure != null) {
            throw again(failure);
        }
    }

    void checkStillUsable() throws IOException {
        if (closed.get()) {
            throw new AsynchronousCloseException();
        }
        if (failure != null) {
            throw again(failure);
        }
    }

    private void checkWritable() throws IOException {
        checkUsable();
        if (outputShutdown) {
            throw new ClosedChannelException();
        }
    }

    static SSLException again(SSLException failure) {
        return new SSLException(failure.getMessage(), failure);
    }

    /** TLS itself has failed: tells the peer, if the engine has something to tell. Returns {@code thrown}. */
    SSLException fail(SSLException thrown) {
        if (failure == null) {
            failure = thrown;
            engine.closeOutbound();
            outgoing.answer();
        }
        return thrown;
    }

    /** What a call throws whose own time is over; another's {@code expired} is thrown on. */
    private SocketTimeoutException timedOut(TimeoutExpired expired, Timeout limit, String operation, long done) {
        if (expired.timeout() != limit) {
            throw expired;
        }
        SocketTimeoutException e = new SocketTimeoutException((isHandshaken() ? operation : "handshake") + " timed out");
        e.bytesTransferred = (int) Math.min(done, Integer.MAX_VALUE);
        e.initCause(expired);
        return e;
    }

    // ---- settings ----

    @Override
    public Duration timeout() {
        return timeout;
    }

    /** At the start that of the transport. A call's time includes the handshake if the call does it. */
    @Override
    public void timeout(Duration timeout) {
        if (timeout != null) {
            Durations.nanos("timeout", timeout);
        }
        this.timeout = timeout;
    }

    public boolean suppressTruncation() {
        return suppressTruncation;
    }

    /** Whether the end of the transport counts as the end of the data; false at the start. [F-SSL-06] */
    public void suppressTruncation(boolean suppress) {
        this.suppressTruncation = suppress;
    }

    // ---- what was agreed ----

    /** What was agreed in the handshake, the protocol and the cipher suite among it; before that a session of nothing. */
    public SSLSession session() {
        SSLSession agreed = session;
        return agreed != null ? agreed : noSession;
    }

    /** As agreed by ALPN; empty: none; null before the handshake is done. */
    public String applicationProtocol() {
        return isHandshaken() ? engine.getApplicationProtocol() : null;
    }

    /** The peer's own certificate first; empty if it has shown none, and before the handshake is done. */
    public List<X509Certificate> peerCertificates() {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            for (Certificate certificate : session().getPeerCertificates()) {
                certificates.add((X509Certificate) certificate);
            }
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
        return List.copyOf(certificates);
    }

    /** The stream underneath. Reading from it or writing to it breaks this one. */
    public ByteStream transport() {
        return transport;
    }

    // ---- streams ----

    @Override
    public InputStream inputStream() {
        return input;
    }

    @Override
    public OutputStream outputStream() {
        return output;
    }

    @Override
    public String toString() {
        SSLSession agreed = session;
        return "<TlsStream " + (agreed == null ? "" : agreed.getProtocol() + " ") + "over " + transport
                + (failure != null ? " failed>" : closed.get() ? " closed>" : ">");
    }
}
