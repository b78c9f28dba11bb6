package dev.jevent.jni;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** What the native methods that receive and send return: bytes, 0 if none could be moved now, {@link #END}, or {@code -errno}. */
public final class Transferred {
    /** Of a stream that was received whole. */
    private static final int END = Integer.MIN_VALUE;

    private Transferred() {}

    /**
     * Moves the position of {@code into} behind what was received.
     *
     * @return how many bytes; -1 at the end
     * @throws SocketException with the words of the JDK's channels
     */
    public static int received(ByteBuffer into, int result) throws IOException {
        if (result == END) {
            return -1;
        }
        return moved(into, result, "Connection reset");
    }

    /** Likewise, of what was sent. */
    public static int sent(ByteBuffer from, int result) throws IOException {
        return moved(from, result, Errno.ECONNRESET.text());
    }

    private static int moved(ByteBuffer buffer, int result, String reset) throws SocketException {
        if (result < 0) {
            Errno error = Errno.of(-result);
            throw new SocketException(error == Errno.ECONNRESET ? reset : error == null ? "errno " + -result : error.text());
        }
        buffer.position(buffer.position() + result);
        return result;
    }
}
