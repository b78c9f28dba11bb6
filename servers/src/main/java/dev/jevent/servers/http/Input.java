package dev.jevent.servers.http;

import dev.jevent.Interest;
import dev.jevent.io.net.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What has come from the client and isn't used yet: {@code bytes} from {@code begin} to {@code end}. Before {@code pinned} is the
 * head of the request that is being answered, which stays.
 */
final class Input {
    /** Least room behind a head for a body to come into. */
    private static final int BODY_ROOM = 2 << 10;

    private final HttpConnection connection;
    byte[] bytes; // null: lent to none
    int begin;
    int end;
    private int pinned;
    private boolean drained; // the last read has taken all there was

    Input(HttpConnection connection) {
        this.connection = connection;
    }

    boolean isEmpty() {
        return begin == end;
    }

    int available() {
        return end - begin;
    }

    void unpin() {
        pinned = 0;
    }

    /** The head ends before {@code begin}. */
    void pin() {
        pinned = begin;
    }

    // ---- room ----

    /** Makes room behind {@code end} while {@code parser} has only a part of a head. */
    void makeRoomForHead(RequestParser parser, int most) {
        if (end < bytes.length) {
            return;
        }
        int head = parser.isEmpty() ? begin : parser.base;
        if (head > 0) {
            System.arraycopy(bytes, head, bytes, 0, end - head);
        } else {
            bytes = Arrays.copyOf(bytes, Math.min(2 * bytes.length, Math.max(most, bytes.length + 1)));
            connection.buffers.input = bytes;
        }
        begin -= head;
        end -= head;
        parser.moved(bytes, parser.base - head);
    }

    /** Makes room behind the head, for a body. Nothing is left between the two. */
    private void makeRoomForBody() {
        begin = pinned;
        end = pinned;
        if (bytes.length - pinned < BODY_ROOM) {
            RequestParser parser = connection.buffers.parser;
            int head = parser.base;
            int length = pinned - head;
            byte[] target = bytes.length - length < BODY_ROOM ? new byte[length + Buffers.INPUT] : bytes;
            System.arraycopy(bytes, head, target, 0, length);
            bytes = target;
            connection.buffers.input = target;
            parser.moved(target, 0);
            pinned = length;
            begin = length;
            end = length;
        }
    }

    // ---- reading ----

    /** Reads into the free room what is there. 0: nothing is; -1: the client has closed. Never switches. */
    int tryFill() throws IOException {
        int count = tryRead(bytes, end, bytes.length - end);
        if (count > 0) {
            end += count;
        }
        return count;
    }

    /** As {@link #tryFill}, for a body, when all before was used. */
    int tryFillBody() throws IOException {
        makeRoomForBody();
        return tryFill();
    }

    /** Whether a read would most likely be in vain, so that it is better to wait first. */
    boolean isDrained() {
        return drained;
    }

    void awaited() {
        drained = false;
    }

    /** Reads past this buffer. */
    int tryRead(byte[] into, int offset, int length) throws IOException {
        if (!(connection.stream instanceof StreamSocket socket)) {
            return connection.stream.tryRead(ByteBuffer.wrap(into, offset, length));
        }
        ByteBuffer stage = connection.desk.incoming;
        int room = Math.min(length, stage.capacity());
        stage.clear().limit(room);
        int count = socket.tryRead(stage);
        if (count > 0) {
            stage.get(0, into, offset, count);
        }
        drained = count < room;
        if (count == 0) {
            socket.readiness().drained(Interest.READ); // as a short read tells by itself
        }
        return count;
    }
}
