package dev.jevent.loop.kqueue;

import dev.jevent.jni.Errno;
import dev.jevent.jni.NativeLibrary;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;

/** The system calls. Each returns what the call returned, or {@code -errno}. */
final class Kqueue {
    // The C code checks these against the system's header.
    static final int READ = -1;
    static final int WRITE = -2;
    static final int EOF = 0x8000;
    static final int ERROR = 0x4000;

    // Where in an event what is of interest begins.
    static final int FILTER = 8;
    static final int FLAGS = 10;
    static final int DATA = 24;

    static final int EINTR = Errno.EINTR.number();

    /** Null if the loop can be used here. */
    static final String UNAVAILABLE = load();

    private Kqueue() {}

    private static String load() {
        NativeLibrary library = NativeLibrary.load(Kqueue.class, "jevent_kqueue");
        String platform = NativeLibrary.platform();
        if (!library.isLoaded()) {
            boolean system = platform.startsWith("macos-") || platform.startsWith("freebsd-");
            return system ? library.reason() : "macOS and FreeBSD only, and this is " + platform;
        }
        try {
            int result = init();
            if (result < 0) {
                return "this JDK (" + Runtime.version() + ") doesn't tell the descriptors of its channels and streams: " + Errno.describe(-result);
            }
            int queue = create();
            if (queue < 0) {
                return "the system refuses: kqueue: " + Errno.describe(-queue);
            }
            close(queue);
            return null;
        } catch (IllegalCallerException e) {
            return NativeLibrary.denied(Kqueue.class).reason();
        } catch (UnsatisfiedLinkError e) {
            return library + " is of another version: " + e.getMessage();
        }
    }

    /** Finds the ways to {@link #descriptor} and {@link #inputDescriptor}. */
    private static native int init();

    /** The descriptor of a channel of the JDK, also after it was closed; {@code -EOPNOTSUPP} of any other. */
    static native int descriptor(SelectableChannel channel);

    static native long address(ByteBuffer direct);

    /** How many bytes an event has in memory. */
    static native int eventSize();

    /** A queue with a user event, of data -1. */
    static native int create();

    static native int close(int descriptor);

    /** Both filters, edge-triggered; again for what is there already. */
    static native int add(int queue, int descriptor, long data);

    static native int delete(int queue, int descriptor);

    /**
     * Waits.
     *
     * @param events address of {@code most} events
     * @param nanos 0: doesn't wait; negative: without limit
     */
    static native int poll(int queue, long events, int most, long nanos);

    /** Triggers the user event. */
    static native int wake(int queue);

    /** Of a file stream of the JDK, also inside of a buffered one; {@code -EOPNOTSUPP} of any other, {@code -EBADF} once it is closed. */
    static native int inputDescriptor(InputStream stream);

    /** Likewise, but never inside of a buffered one. */
    static native int outputDescriptor(OutputStream stream);

    /** 1 if it is a pipe, a socket or a terminal, 0 if it is something else. */
    static native int isWatchable(int descriptor);

    /** 1 if a read wouldn't wait, 0 if it would. */
    static native int isReadable(int descriptor);

    /** How many bytes a read would find. */
    static native int available(int descriptor);

    static native int closeOnExec(int descriptor);

    /** Makes {@code over} another opening of the same file, for writing, in non-blocking mode. */
    static native int reopenOutput(int descriptor, int over);

    /** What comes on a socket, into a direct buffer; the result is for {@link dev.jevent.jni.Transferred}. */
    static native int receive(int socket, ByteBuffer into, int position, int length);

    static native int receiveArray(int socket, byte[] into, int offset, int length);

    static native int send(int socket, ByteBuffer from, int position, int length);

    static native int sendArray(int socket, byte[] from, int offset, int length);

    /** As {@code --add-opens} does; {@code -ENOSYS} if this JDK cannot be asked to. */
    static native int openPackage(Module module, String packageName, Module to);
}
