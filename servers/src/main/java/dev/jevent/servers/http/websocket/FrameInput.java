package dev.jevent.servers.http.websocket;

import static dev.jevent.servers.http.websocket.CloseCode.NOT_UTF_8;
import static dev.jevent.servers.http.websocket.CloseCode.PROTOCOL_ERROR;
import static dev.jevent.servers.http.websocket.CloseCode.TOO_BIG;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The frames of a client, put together to messages: RFC 6455 5 to the letter. All that has come is kept when a wait for more ends with
 * an error, a kill or a timeout; the next call goes on from there.
 *
 * <pre>
 *   HEAD ── two bytes: of which length? ──▶ HEAD ── complete ──▶ PAYLOAD ── complete ──▶ HEAD
 * </pre>
 */
final class FrameInput {
    /** Where bytes come from. */
    interface Source {
        /**
         * Waits for some.
         *
         * @param between whether no frame has begun
         * @return how many; -1: there won't be any
         */
        int read(ByteBuffer into, boolean between) throws IOException;
    }

    // What next() has found.
    static final int END = -1;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    static final int MOST_CONTROL = 125;

    private static final int CONTINUATION = 0;
    private static final int NONE = -2;
    private static final int BUFFER = 2 << 10;
    private static final byte[] EMPTY = {};

    private final Source source;
    private final int mostFrame;
    private final int mostMessage;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);

    private final byte[] head = new byte[14];
    private int headHas;
    private int headNeeds = 2;
    private boolean inPayload;
    private int remaining; // of the payload
    private int unmasked; // bytes of the payload so far

    private final byte[] control = new byte[MOST_CONTROL];
    private int controlSize;

    private int kind = NONE; // of the message that has begun
    private byte[] message = EMPTY;
    private int size;
    private final Utf8 utf8 = new Utf8();

    FrameInput(Source source, WebSocketLimits limits) {
        this.source = source;
        this.mostFrame = limits.frame();
        this.mostMessage = limits.message();
    }

    /** Waits for a message, a control frame or the end. What it was is read by {@link #message} or {@link #control} before the next call. */
    int next() throws IOException {
        for (;;) {
            if (!inPayload && headComplete()) {
                beginPayload();
            }
            if (inPayload) {
                take();
                if (remaining == 0) {
                    int found = endFrame();
                    if (found != NONE) {
                        return found;
                    }
                    continue;
                }
            }
            if (!fill()) {
                return END;
            }
        }
    }

    /** Whether all has been used that came after the last frame that {@link #next} told of. */
    boolean isBetween() {
        return headHas == 0 && !inPayload && !buffer.hasRemaining();
    }

    private boolean fill() throws IOException {
        boolean between = headHas == 0 && !inPayload;
        if (inPayload && !isControl() && remaining >= BUFFER) {
            room(Math.min(remaining, Math.max(2 * BUFFER, size)));
            int count = source.read(ByteBuffer.wrap(message, size, Math.min(remaining, message.length - size)), false);
            if (count > 0) {
                data(count);
            }
            return count >= 0;
        }
        buffer.clear();
        try {
            return source.read(buffer, between) >= 0;
        } finally {
            buffer.flip();
        }
    }

    // ---- heads ----

    private boolean headComplete() throws Violation {
        while (headHas < headNeeds) {
            int count = Math.min(headNeeds - headHas, buffer.remaining());
            buffer.get(head, headHas, count);
            headHas += count;
            if (headHas < headNeeds) {
                return false;
            }
            if (headNeeds == 2) {
                headNeeds = 6 + check();
            }
        }
        return true;
    }

    /** The first two bytes. @return how many more the length takes */
    private int check() throws Violation {
        if ((head[0] & 0x70) != 0) {
            throw new Violation(PROTOCOL_ERROR, "a reserved bit is set, and no extension was agreed on");
        }
        int opcode = opcode();
        if (opcode > BINARY && opcode < CLOSE || opcode > PONG) {
            throw new Violation(PROTOCOL_ERROR, "opcode " + opcode + " is not known");
        }
        if ((head[1] & 0x80) == 0) {
            throw new Violation(PROTOCOL_ERROR, "a frame of a client is not masked");
        }
        int length = head[1] & 0x7f;
        if (isControl()) {
            if (!isFinal()) {
                throw new Violation(PROTOCOL_ERROR, "a control frame is fragmented");
            }
            if (length > MOST_CONTROL) {
                throw new Violation(PROTOCOL_ERROR, "a control frame is longer than " + MOST_CONTROL + " bytes");
            }
        } else if (opcode == CONTINUATION && kind == NONE) {
            throw new Violation(PROTOCOL_ERROR, "a continuation of nothing");
        } else if (opcode != CONTINUATION && kind != NONE) {
            throw new Violation(PROTOCOL_ERROR, "a message begins within another");
        }
        return length < 126 ? 0 : length == 126 ? 2 : 8;
    }

    private int opcode() {
        return head[0] & 0x0f;
    }

    private boolean isControl() {
        return (head[0] & 0x08) != 0;
    }

    private boolean isFinal() {
        return head[0] < 0;
    }

    private void beginPayload() throws Violation {
        long length = head[1] & 0x7f;
        if (length >= 126) {
            int bytes = length == 126 ? 2 : 8;
            length = 0;
            for (int i = 2; i < 2 + bytes; i++) {
                length = length << 8 | head[i] & 0xff;
            }
            if (length < 0 || length < (bytes == 2 ? 126 : 0x10000)) {
                throw new Violation(PROTOCOL_ERROR, "a length is not as short as it could be, or has its highest bit set");
            }
        }
        if (!isControl()) {
            if (length > mostFrame) {
                throw new Violation(TOO_BIG, "a frame of more than " + mostFrame + " bytes");
            }
            if (length > mostMessage - size) {
                throw new Violation(TOO_BIG, "a message of more than " + mostMessage + " bytes");
            }
            if (opcode() != CONTINUATION) {
                kind = opcode();
            }
        }
        inPayload = true;
        remaining = (int) length;
        unmasked = 0;
        if (isControl()) {
            controlSize = 0;
        }
    }

    // ---- payloads ----

    /** Takes what has come of the payload. */
    private void take() throws Violation {
        int count = Math.min(remaining, buffer.remaining());
        if (count == 0) {
            return;
        }
        if (isControl()) {
            buffer.get(control, controlSize, count);
            unmask(control, controlSize, count);
            controlSize += count;
            remaining -= count;
        } else {
            room(count);
            buffer.get(message, size, count);
            data(count);
        }
    }

    /** {@code count} bytes of data have come to the end of the message. */
    private void data(int count) throws Violation {
        unmask(message, size, count);
        boolean valid = kind != TEXT || utf8.accepts(message, size, size + count);
        size += count;
        remaining -= count;
        if (!valid) {
            throw new Violation(NOT_UTF_8, "a text is not UTF-8");
        }
    }

    /** Grows with what has come, and not with what was announced. */
    private void room(int count) {
        if (message.length - size < count) {
            message = Arrays.copyOf(message, Math.max(size + count, Math.min(2 * size, mostMessage)));
        }
    }

    private void unmask(byte[] bytes, int from, int count) {
        int key = headNeeds - 4;
        for (int i = from; i < from + count; i++) {
            bytes[i] ^= head[key + (unmasked++ & 3)];
        }
    }

    /** @return what is complete with it */
    private int endFrame() throws Violation {
        inPayload = false;
        headHas = 0;
        headNeeds = 2;
        if (isControl()) {
            return opcode();
        }
        if (!isFinal()) {
            return NONE;
        }
        if (kind == TEXT && !utf8.isComplete()) {
            throw new Violation(NOT_UTF_8, "a text ends within a character");
        }
        return kind;
    }

    // ---- what was found ----

    /** The message that is complete. */
    Message message() {
        Message complete = kind == TEXT
                ? new Message.Text(new String(message, 0, size, StandardCharsets.UTF_8))
                : new Message.Binary(message.length == size ? message : Arrays.copyOf(message, size));
        kind = NONE;
        message = EMPTY;
        size = 0;
        utf8.reset();
        return complete;
    }

    /** The payload of the control frame. */
    byte[] control() {
        return Arrays.copyOf(control, controlSize);
    }
}
