package dev.jevent.io.tls;

import dev.jevent.Hub;
import dev.jevent.Result;
import dev.jevent.Waitable;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.sync.Event;
import dev.jevent.sync.Semaphore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.List;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * The conversation before the first byte of data, and the work that the engine gives away: keys and certificates, which run
 * in the hub's thread pool. Who is killed here leaves all of it where the next one can go on, also work that is running.
 */
final class Handshake {
    /** Steps in a row that neither take nor give a byte. No engine makes as many, but one that would go on for ever. */
    private static final int IDLE_STEPS = 32;

    /** Records in a handshake: more than one for each byte of its messages is none. */
    private static final int MOST_RECORDS = 1 << 16;

    private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};

    private final TlsStream owner;
    private final SSLEngine engine;
    private final Incoming incoming;
    private final Outgoing outgoing;
    private final Event closing;
    private final Semaphore turn = new Semaphore(1);
    private boolean begun;
    private int records; // that came
    private Runnable task; // taken from the engine, not running yet
    private volatile Result<?> running;

    Handshake(TlsStream owner, SSLEngine engine, Incoming incoming, Outgoing outgoing, Event closing) {
        this.owner = owner;
        this.engine = engine;
        this.incoming = incoming;
        this.outgoing = outgoing;
        this.closing = closing;
    }

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
    }

    /** Goes on until the handshake is done. Called with the turn, before anybody reads or writes. */
    @Switches
    void complete() throws IOException {
        if (!begun) {
            engine.beginHandshake();
            begun = true;
        }
        if (running != null) {
            runTasks(); // of one who was killed; until then the engine may be locked
        }
        int idle = 0;
        for (;;) {
            SSLEngineResult result;
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    idle = runTasks() ? 0 : idle + 1;
                    result = null;
                }
                case NEED_WRAP -> {
                    result = outgoing.wrap();
                    if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                        outgoing.flush();
                        result = null;
                    }
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    outgoing.flush();
                    result = incoming.unwrap(NOTHING, 0, 1, false);
                    if (result.getStatus() == Status.BUFFER_UNDERFLOW) {
                        if (!incoming.fill()) {
                            throw new SSLHandshakeException("the peer ended the connection during the TLS handshake");
                        }
                        result = null;
                    } else if (++records > MOST_RECORDS) {
                        throw new SSLHandshakeException("more than " + MOST_RECORDS + " TLS records in a handshake");
                    }
                }
                default -> {
                    if (isServerOf13()) {
                        outgoing.answer(); // session tickets, which a client that has said all and is gone doesn't miss
                    } else {
                        outgoing.flush();
                    }
                    return;
                }
            }
            if (result != null) {
                if (result.getStatus() == Status.CLOSED) {
                    throw new SSLHandshakeException("the peer closed TLS during the handshake");
                }
                idle = result.bytesConsumed() + result.bytesProduced() > 0 ? 0 : idle + 1;
            }
            if (idle > IDLE_STEPS) {
                throw new SSLHandshakeException("the TLS engine makes no progress: " + engine.getHandshakeStatus());
            }
        }
    }

    private boolean isServerOf13() {
        return !engine.getUseClientMode() && !owner.isBefore13();
    }

    /**
     * Runs the work that the engine gives away, one piece after the other. Returns whether there was any.
     *
     * @throws AsynchronousCloseException if the stream is closed meanwhile; what runs then ends by itself
     */
    @Switches
    boolean runTasks() throws IOException {
        boolean any = false;
        for (;;) {
            if (running == null) {
                if (task == null) {
                    task = engine.getDelegatedTask();
                }
                if (task == null) {
                    return any;
                }
                running = Hub.current().threadPool().spawn(Executors.callable(task));
                task = null;
            }
            any = true;
            Result<?> awaited = running;
            Hub.current().waitAny(List.<Waitable>of(awaited, closing));
            if (!awaited.ready()) {
                throw new AsynchronousCloseException();
            }
            if (running == awaited) {
                running = null;
            }
            Throwable thrown = awaited.exception();
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown != null) {
                throw new SSLException("the TLS engine failed: " + thrown, thrown);
            }
        }
    }

    /** Whether the engine is being used by a thread of the pool. */
    boolean isTaskRunning() {
        Result<?> now = running;
        return now != null && !now.ready();
    }
}
