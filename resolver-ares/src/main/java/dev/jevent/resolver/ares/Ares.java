package dev.jevent.resolver.ares;

import dev.jevent.jni.NativeLibrary;
import java.nio.ByteBuffer;

/**
 * The functions of {@code ares.c}: c-ares without a socket. A channel of it is used by one thread. Each call that says so
 * returns how many bytes of operations it has put into the exchange, the buffer that the channel was opened with; those
 * that had no room come with {@link #give}.
 */
final class Ares {
    static final NativeLibrary LIBRARY = load();

    /** Debian's, which has the repairs of later ones; what is older hasn't been tried. */
    static final String OLDEST_GOOD = "1.18.1";

    // Operations: five ints (what, a, b, c, length), then length bytes, then up to three to the next int.
    static final int OPEN = 1;
    static final int SEND = 2;
    static final int CLOSE = 3;
    static final int WRITES = 4;
    static final int ANSWER = 5;
    static final int HEAD = 20;

    // Flags of c-ares, and one of ours.
    static final int USEVC = 1;
    static final int PRIMARY = 1 << 1;
    static final int IGNTC = 1 << 2;
    static final int NORECURSE = 1 << 3;
    static final int STAYOPEN = 1 << 4;
    static final int EDNS = 1 << 8;
    static final int ROTATE = 1 << 16;

    // Statuses.
    static final int SUCCESS = 0;
    static final int ECONNREFUSED = 11;
    static final int ETIMEOUT = 12;

    static final int RANDOM_BYTES = 256;

    private Ares() {}

    private static NativeLibrary load() {
        NativeLibrary library = NativeLibrary.load(Ares.class, "jevent_ares");
        try {
            if (library.isLoaded()) {
                version();
            }
            return library;
        } catch (IllegalCallerException e) {
            return NativeLibrary.denied(Ares.class);
        }
    }

    static native String version();

    static native String text(int status);

    /**
     * Opens a channel. The exchange begins with two texts, each with a zero at its end: servers as {@code HOST:PORT,…}, empty
     * for those of resolv.conf, and the path of another resolv.conf, or nothing.
     *
     * @param timeout milliseconds; 0, here and in the next four: the default
     * @param datagram the largest that is asked for
     * @return the channel, or a negated status
     */
    static native long open(
            ByteBuffer exchange, int flags, int timeout, int tries, int ndots, int udpPort, int tcpPort, int datagram);

    static native void destroy(long channel);

    /** Lines: {@code ndots 1}, {@code timeout 5000}, {@code tries 4}, {@code server 127.0.0.1 53}, {@code domain example.com}. */
    static native String configuration(long channel);

    /** More operations. */
    static native int give(long channel);

    /** Fills the beginning of the exchange with {@link #RANDOM_BYTES} that nobody can guess. @return false: the system refuses */
    static native boolean random(long channel);

    /** Sends the message in the exchange. @return bytes of operations; -1: no memory */
    static native int send(long channel, int query, int length);

    /** The exchange begins with a datagram, or bytes of a stream. */
    static native int received(long channel, int socket, int length);

    static native int failed(long channel, int socket, boolean ended);

    static native int writable(long channel, int socket);

    static native int expire(long channel);

    /** Milliseconds until {@link #expire} is due; -1: never. */
    static native long timeout(long channel);

    // ---- datagrams, for loops that watch descriptors ----

    /** A socket for datagrams, not blocking, connected to the server of a socket of c-ares. @return its descriptor, or -errno */
    static native int connect(long channel, int socket);

    /** Sends {@code length} bytes of the exchange. @return how many, or -errno */
    static native int transmit(long channel, int descriptor, int at, int length);

    /** Takes a datagram into the beginning of the exchange. @return its bytes, at most so many, or -errno */
    static native int receive(long channel, int descriptor, int most);

    static native int close(int descriptor);
}
