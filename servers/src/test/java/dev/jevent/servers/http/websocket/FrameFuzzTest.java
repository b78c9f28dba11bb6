package dev.jevent.servers.http.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Any bytes, as the frames of a client. How to look for more than the corpus has: servers/fuzz. */
@Tag("fuzz")
class FrameFuzzTest {
    private static final int MOST_FRAME = 300;
    private static final int MOST_MESSAGE = 400;

    private static final long ALLOCATION = 16 << 10; // of an input, and an exception
    private static final long ALLOCATION_PER_BYTE = 64; // a ping of six bytes is an event

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @FuzzTest(maxDuration = "") // servers/fuzz says how long
    void frames(byte[] data) throws IOException {
        List<String> expected = new Reference(data).events;
        assertThat(events(data, 1)).isEqualTo(expected);
        assertThat(events(data, 7)).isEqualTo(expected);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        List<String> atOnce = events(data, Integer.MAX_VALUE);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(atOnce).isEqualTo(expected);
        assertThat(allocated).isLessThan(ALLOCATION + ALLOCATION_PER_BYTE * data.length);
    }

    /** All that is found, given at most {@code step} bytes at a time. */
    private static List<String> events(byte[] data, int step) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(data);
        FrameInput input = new FrameInput((into, between) -> {
            assertThat(into.hasRemaining()).isTrue();
            if (!rest.hasRemaining()) {
                return -1;
            }
            int count = Math.min(step, Math.min(into.remaining(), rest.remaining()));
            into.put(rest.slice(rest.position(), count));
            rest.position(rest.position() + count);
            return count;
        }, new WebSocketLimits().frame(MOST_FRAME).message(MOST_MESSAGE));
        List<String> events = new ArrayList<>();
        for (;;) {
            int found;
            try {
                found = input.next();
            } catch (Violation e) {
                events.add("violation " + e.code);
                return events;
            }
            switch (found) {
                case FrameInput.END -> {
                    return events;
                }
                case FrameInput.TEXT, FrameInput.BINARY -> events.add(text(input.message()));
                default -> events.add(found + " " + Arrays.toString(input.control()));
            }
        }
    }

    private static String text(Message message) {
        return switch (message) {
            case Message.Text(String text) -> "text " + text;
            case Message.Binary(byte[] data) -> "binary " + Arrays.toString(data);
        };
    }

    /** The same once more, of bytes that are all there, as one would write it down from the RFC. */
    private static final class Reference {
        /** With one of these, whatever can be continued is a text. */
        private static final List<String> ENDS =
                List.of("", "\u0080", "\u0080\u0080", "\u00bf\u0080", "\u0080\u0080\u0080", "\u00bf\u0080\u0080");

        final List<String> events = new ArrayList<>();
        private final ByteBuffer data;
        private byte[] message; // null: none has begun
        private boolean isText;

        Reference(byte[] bytes) {
            data = ByteBuffer.wrap(bytes);
            int code = 0;
            while (code == 0) {
                code = frame();
            }
            if (code > 0) {
                events.add("violation " + code);
            }
        }

        /** @return 0: go on; -1: no more; else how to close */
        private int frame() {
            if (data.remaining() < 2) {
                return -1;
            }
            int first = data.get() & 0xff;
            int second = data.get() & 0xff;
            int opcode = first & 15;
            boolean last = first >= 128;
            boolean control = opcode >= 8;
            if ((first & 0x70) != 0 || second < 128 || !List.of(0, 1, 2, 8, 9, 10).contains(opcode) || control && (!last || second > 128 + 125)) {
                return 1002;
            }
            if (!control && (opcode == 0) != (message != null)) {
                return 1002;
            }
            long length = second - 128;
            int more = length == 126 ? 2 : length == 127 ? 8 : 0;
            if (data.remaining() < more + 4) {
                return -1;
            }
            if (more > 0) {
                length = more == 2 ? data.getShort() & 0xffff : data.getLong();
                if (length < 0 || more == 2 && length < 126 || more == 8 && length < 65536) {
                    return 1002;
                }
            }
            byte[] mask = new byte[4];
            data.get(mask);
            if (!control && (length > MOST_FRAME || length + (message == null ? 0 : message.length) > MOST_MESSAGE)) {
                return 1009;
            }
            boolean whole = data.remaining() >= length;
            byte[] payload = new byte[(int) Math.min(length, data.remaining())];
            data.get(payload);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i % 4];
            }
            if (control) {
                if (whole) {
                    events.add(opcode + " " + Arrays.toString(payload));
                }
                return whole ? 0 : -1;
            }
            if (opcode != 0) {
                message = new byte[0];
                isText = opcode == 1;
            }
            int before = message.length;
            message = Arrays.copyOf(message, before + payload.length);
            System.arraycopy(payload, 0, message, before, payload.length);
            boolean complete = whole && last;
            if (isText && !isText(message, complete)) {
                return 1007;
            }
            if (complete) {
                events.add(isText ? "text " + new String(message, UTF_8) : "binary " + Arrays.toString(message));
                message = null;
            }
            return whole ? 0 : -1;
        }

        /** By the JDK's decoder, which tells of a wrong byte only when it has as many as it wants: so it gets them. */
        private static boolean isText(byte[] bytes, boolean complete) {
            return (complete ? List.of("") : ENDS).stream().anyMatch(end -> {
                byte[] continued = Arrays.copyOf(bytes, bytes.length + end.length());
                System.arraycopy(end.getBytes(ISO_8859_1), 0, continued, bytes.length, end.length());
                try {
                    UTF_8.newDecoder().decode(ByteBuffer.wrap(continued));
                    return true;
                } catch (CharacterCodingException e) {
                    return false;
                }
            });
        }
    }
}
