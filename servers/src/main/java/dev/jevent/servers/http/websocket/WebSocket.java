package dev.jevent.servers.http.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.ByteStream;
import dev.jevent.sync.Event;
import dev.jevent.sync.Semaphore;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * The server's end of a WebSocket (RFC 6455). One greenlet may receive while others send: what they send goes out in the order
 * they came. Pings are answered, and sent, by who receives; so a socket from which nobody receives notices nothing of its client.
 *
 * <pre>
 *   OPEN ── close() ──▶ CLOSING ── the client's Close, or closeTimeout ──▶ CLOSED
 *    │                     └── messages that were under way can still be received
 *    └── the client's Close, a violation, the end of the connection ──▶ CLOSED
 * </pre>
 *
 * <p>A kill or a timeout in the middle of a call loses nothing: what had come of a message stays for the next {@link #receive}, and the
 * rest of one that was half sent goes out with whatever is sent next.
 */
public final class WebSocket implements Iterable<Message>, AutoCloseable {
    private static final int FINAL = 0x80;
    private static final int LINGER_BYTES = 1 << 20;
    private static final long NEVER = Long.MAX_VALUE;
    private static final byte[] EMPTY = {};

    private final ByteStream stream;
    private final WebSocketLimits limits;
    private final String protocol;
    private final Hub hub = Hub.current();
    private final FrameInput input;
    private final long frameNanos;

    private final Semaphore writing = new Semaphore(1);
    private ByteBuffer unsent; // of a frame that was interrupted
    private boolean closeSent;

    private Thread receiver; // null: nobody
    private boolean pinged; // and nothing has come since
    private byte[] pong; // owed
    private boolean inFrame;
    private long frameBudget; // nanoseconds that the client may still take for it
    private long closeDeadline = NEVER;

    private final Event over = new Event();
    private int closeCode;
    private String closeReason = "";

    WebSocket(ByteStream stream, WebSocketLimits limits, String protocol) {
        this.stream = stream;
        this.limits = limits;
        this.protocol = protocol;
        this.input = new FrameInput(this::read, limits);
        this.frameNanos = Durations.nanos("frameTimeout", limits.frameTimeout());
    }

    /** The protocol that was agreed on, one of {@link WebSocketEndpoint#protocols}; null if none was. */
    @NeverSwitches
    public String protocol() {
        return protocol;
    }

    /** Whether messages can be sent. */
    @NeverSwitches
    public boolean isOpen() {
        return !closeSent && !isOver();
    }

    private boolean isOver() {
        return over.isSet();
    }

    /**
     * Why it is closed: what the client has said, 1005 if it has said nothing; what it was told if it has violated the protocol or a
     * limit; 1006 if the connection was lost. 0 as long as it isn't closed.
     */
    @NeverSwitches
    public int closeCode() {
        return closeCode;
    }

    /** What the client has said beside {@link #closeCode()}, or was told; perhaps empty. */
    @NeverSwitches
    public String closeReason() {
        return closeReason;
    }

    // ---- receiving ----

    /**
     * Waits for a message.
     *
     * @return null if there won't be any: {@link #closeCode()} says why
     * @throws ConcurrentUseException if another greenlet receives
     */
    @Switches
    public Message receive() {
        return receive(true);
    }

    /** Messages as they come, until the socket is closed. */
    @Override
    public Iterator<Message> iterator() {
        return new Iterator<>() {
            private Message next;

            @Override
            @Switches
            public boolean hasNext() {
                if (next == null) {
                    next = receive();
                }
                return next != null;
            }

            @Override
            @Switches
            public Message next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the WebSocket is closed: " + closeCode);
                }
                Message message = next;
                next = null;
                return message;
            }
        };
    }

    /** @param wanted false: messages are dropped */
    private Message receive(boolean wanted) {
        if (receiver != null) {
            throw new ConcurrentUseException(this + ": " + Thread.currentThread() + " cannot receive, since " + receiver + " does");
        }
        receiver = Thread.currentThread();
        try {
            while (!isOver()) {
                payPong();
                switch (input.next()) {
                    case FrameInput.TEXT, FrameInput.BINARY -> {
                        Message message = input.message();
                        if (wanted) {
                            return message;
                        }
                    }
                    case FrameInput.PING -> pong = input.control();
                    case FrameInput.PONG -> {}
                    case FrameInput.CLOSE -> closedByClient(input.control());
                    default -> end(CloseCode.LOST, "");
                }
            }
        } catch (Violation e) {
            refuse(e);
        } catch (IOException e) {
            end(CloseCode.LOST, "");
        } finally {
            receiver = null;
        }
        return null;
    }

    private void payPong() throws IOException {
        byte[] owed = pong;
        if (owed != null) {
            tell(FrameInput.PONG, owed);
            pong = null;
        }
    }

    private void tell(int opcode, byte[] payload) throws IOException {
        try {
            put(opcode, payload, false);
        } catch (WebSocketClosedException e) {
            // If only this side has said so, the client may still have something to say; else the next read finds it out.
        }
    }

    private int read(ByteBuffer into, boolean between) throws IOException {
        if (between || !inFrame) {
            inFrame = !between;
            frameBudget = frameNanos;
        }
        for (;;) {
            long since = hub.loop().now();
            if (closeDeadline != NEVER) {
                stream.timeout(left(closeDeadline, since));
            } else if (between) {
                stream.timeout(pinged ? limits.pongTimeout() : limits.pingInterval());
            } else {
                stream.timeout(Duration.ofNanos(Math.max(1, frameBudget)));
            }
            int count = 0;
            try {
                count = stream.read(into);
                pinged = false;
                return count;
            } catch (SocketTimeoutException e) {
                if (closeDeadline != NEVER || between && pinged) {
                    throw e;
                }
                if (!between) {
                    throw new Violation(CloseCode.POLICY, "a frame did not come in time");
                }
                pinged = true;
                tell(FrameInput.PING, EMPTY);
            } finally {
                // What the handler does between two waits is not the client's time.
                long won = count * 1_000_000_000L / limits.frameRate();
                frameBudget = Math.min(frameNanos, frameBudget - (hub.loop().now() - since) + won);
            }
        }
    }

    private static Duration left(long deadline, long now) {
        return Duration.ofNanos(Math.max(1, deadline - now));
    }

    // ---- sending ----

    /**
     * Sends {@code text} as one message.
     *
     * @throws WebSocketClosedException if the socket is closed, or the client doesn't take it in time
     * @throws IllegalArgumentException if half of a surrogate pair is in it
     */
    @Switches
    public void send(String text) throws IOException {
        put(FrameInput.TEXT, utf8("text", text), false);
    }

    /** As {@link #send(String)}. */
    @Switches
    public void send(byte[] data) throws IOException {
        put(FrameInput.BINARY, Objects.requireNonNull(data, "data"), false);
    }

    /** Sends {@code message} back, or on. */
    @Switches
    public void send(Message message) throws IOException {
        switch (message) {
            case Message.Text(String text) -> send(text);
            case Message.Binary(byte[] data) -> send(data);
        }
    }

    /**
     * Asks the client for a sign of life, which only who receives will see.
     *
     * @param data comes back with it; at most 125 bytes
     */
    @Switches
    public void ping(byte[] data) throws IOException {
        if (data.length > FrameInput.MOST_CONTROL) {
            throw new IllegalArgumentException("data: " + data.length + " bytes (expected: <= " + FrameInput.MOST_CONTROL + ")");
        }
        put(FrameInput.PING, data, false);
    }

    private static byte[] utf8(String name, String text) {
        try {
            ByteBuffer bytes = UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return Arrays.copyOf(bytes.array(), bytes.limit());
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(name + ": has half of a surrogate pair (expected: Unicode)", e);
        }
    }

    /** @param last whether nothing may be sent behind it */
    private void put(int opcode, byte[] payload, boolean last) throws IOException {
        writing.acquire();
        try {
            if (!isOpen()) {
                throw new WebSocketClosedException(closeCode, this + " is closed", null);
            }
            sendUnsent();
            closeSent = last;
            unsent = frame(opcode, payload);
            sendUnsent();
        } finally {
            writing.release();
        }
    }

    private void sendUnsent() throws IOException {
        if (unsent == null) {
            return;
        }
        try {
            stream.timeout(limits.writeTimeout());
            stream.write(unsent);
            unsent = null;
        } catch (IOException e) {
            end(CloseCode.LOST, "");
            stream.close(); // who receives notices it
            throw new WebSocketClosedException(closeCode, this + " has lost its client: " + e.getMessage(), e);
        }
    }

    private static ByteBuffer frame(int opcode, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(10 + payload.length).put((byte) (FINAL | opcode));
        if (payload.length < 126) {
            frame.put((byte) payload.length);
        } else if (payload.length < 0x10000) {
            frame.put((byte) 126).putShort((short) payload.length);
        } else {
            frame.put((byte) 127).putLong(payload.length);
        }
        return frame.put(payload).flip();
    }

    // ---- closing ----

    /** As {@link #close(int, String)} with 1000, a normal end. */
    @Override
    @Switches
    public void close() {
        close(CloseCode.NORMAL, "");
    }

    /**
     * Tells the client that it is over, and waits until the client has said so, too, or {@link WebSocketLimits#closeTimeout()} is over.
     * Messages that come meanwhile are dropped, unless another greenlet receives them. Without effect if it is closed.
     *
     * @param code 1000 to 1003, 1007 to 1014, or of the application: 3000 to 4999
     * @param reason at most 123 bytes of UTF-8
     */
    @Switches
    public void close(int code, String reason) {
        if (!CloseCode.isValid(code) || code == 1010) { // which only clients say
            throw new IllegalArgumentException("code: " + code + " (expected: 1000 to 1003, 1007 to 1009, 1011 to 1014, or 3000 to 4999)");
        }
        byte[] text = utf8("reason", reason);
        if (text.length > FrameInput.MOST_CONTROL - 2) {
            throw new IllegalArgumentException("reason: " + text.length + " bytes (expected: <= " + (FrameInput.MOST_CONTROL - 2) + ")");
        }
        if (!isOver() && closeDeadline == NEVER) {
            closeDeadline = hub.loop().now() + Durations.nanos("closeTimeout", limits.closeTimeout());
        }
        if (isOpen()) {
            sayClose(code, text);
        }
        if (isOver()) {
            return;
        }
        if (receiver == null) {
            receive(false);
        } else if (!over.await(limits.closeTimeout())) {
            end(CloseCode.LOST, "");
            closeStream();
        }
    }

    private void sayClose(int code, byte[] reason) {
        try {
            put(FrameInput.CLOSE, ByteBuffer.allocate(2 + reason.length).putShort((short) code).put(reason).array(), true);
        } catch (IOException e) {
            // It is closed already, or the client gone: either way it is over.
        }
    }

    private void closedByClient(byte[] payload) throws Violation {
        int code = CloseCode.NONE;
        String reason = "";
        if (payload.length > 0) {
            code = payload.length == 1 ? 0 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
            if (!CloseCode.isValid(code)) {
                throw new Violation(CloseCode.PROTOCOL_ERROR, payload.length == 1 ? "a Close frame of one byte" : "no client may close with " + code);
            }
            Utf8 text = new Utf8();
            if (!text.accepts(payload, 2, payload.length) || !text.isComplete()) {
                throw new Violation(CloseCode.NOT_UTF_8, "the reason of a Close frame is not UTF-8");
            }
            reason = new String(payload, 2, payload.length - 2, UTF_8);
        }
        if (!closeSent) {
            try {
                put(FrameInput.CLOSE, payload.length > 2 ? Arrays.copyOf(payload, 2) : payload, true);
            } catch (IOException e) {
                // The client has said that it goes, and is gone.
            }
        }
        end(code, reason);
    }

    /** Tells the client what it has done, and sees to it that it can read that. */
    private void refuse(Violation violation) {
        if (isOpen()) {
            sayClose(violation.code, violation.getMessage().getBytes(UTF_8));
        }
        end(violation.code, violation.getMessage());
        try {
            linger();
        } catch (IOException e) {
            // It is gone, or goes on sending: it is closed all the same.
        }
    }

    /** Reads until the client has closed: a close with bytes unread would reset the connection, and take what was said with it. */
    private void linger() throws IOException {
        stream.shutdownOutput();
        long until = hub.loop().now() + Durations.nanos("closeTimeout", limits.closeTimeout());
        ByteBuffer nowhere = ByteBuffer.allocate(8 << 10);
        int count = 0;
        for (int skipped = 0; count >= 0 && skipped < LINGER_BYTES; skipped += count) {
            stream.timeout(left(until, hub.loop().now()));
            count = stream.read(nowhere.clear());
        }
    }

    private void end(int code, String reason) {
        if (!isOver()) {
            closeCode = code;
            closeReason = reason;
            stream.timeout(limits.writeTimeout()); // for what ends the connection
            over.set();
        }
    }

    private void closeStream() {
        try {
            stream.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    /** For who is killed: says 1001 if that goes without waiting. */
    @NeverSwitches
    void goAway() {
        if (isOpen() && unsent == null) {
            try {
                closeSent = true;
                stream.tryWrite(frame(FrameInput.CLOSE, new byte[] {CloseCode.GOING_AWAY >> 8, (byte) CloseCode.GOING_AWAY}));
            } catch (IOException e) {
                // Who is gone needs no word.
            }
        }
        end(CloseCode.LOST, "");
    }

    @Override
    public String toString() {
        return "<WebSocket on " + stream + (isOver() ? ", closed: " + closeCode : "") + ">";
    }
}
