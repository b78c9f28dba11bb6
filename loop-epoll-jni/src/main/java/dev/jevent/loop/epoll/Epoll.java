package dev.jevent.loop.epoll;

import dev.jevent.jni.Errno;
import dev.jevent.jni.NativeLibrary;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;

/** The system calls. Each returns what the call returned, or {@code -errno}. */
final class Epoll {
    static final int IN = 0x1;
    static final int OUT = 0x4;
    static final int ERR = 0x8;
    static final int HUP = 0x10;
    static final int RDHUP = 0x2000;
    static final int ET = 1 << 31;

    static final int ADD = 1;
    static final int DEL = 2;
    static final int MOD = 3;

    /** Of a directory: something in it came, went or changed. */
    static final int IN_EVENTS = 0x3ce;

    static final int IN_Q_OVERFLOW = 0x4000;
    static final int IN_IGNORED = 0x8000;

    /** Bytes of an event before its name. */
    static final int IN_HEADER = 16;

    static final int EPERM = Errno.EPERM.number();
    static final int ENOENT = Errno.ENOENT.number();
    static final int EINTR = Errno.EINTR.number();
    static final int EEXIST = Errno.EEXIST.number();
    static final int EINVAL = Errno.EINVAL.number();
    static final int ENOSYS = Errno.ENOSYS.number();

    /** Null if the loop can be used here. */
    static final String UNAVAILABLE = load();

    private Epoll() {}

    private static String load() {
        if (!NativeLibrary.platform().startsWith("linux-")) {
            return "Linux only, and this is " + NativeLibrary.platform();
        }
        NativeLibrary library = NativeLibrary.load(Epoll.class, "jevent_epoll");
        if (!library.isLoaded()) {
            return library.reason();
        }
        try {
            int result = init();
            if (result < 0) {
                return "this JDK (" + Runtime.version() + ") doesn't tell the descriptors of its channels and streams: " + Errno.describe(-result);
            }
            int set = create();
            if (set < 0) {
                return "the system refuses: epoll_create1: " + Errno.describe(-set);
            }
            close(set);
            return null;
        } catch (IllegalCallerException e) {
            return NativeLibrary.denied(Epoll.class).reason();
        } catch (UnsatisfiedLinkError e) {
            return library + " is of another version: " + e.getMessage();
        }
    }

    /** Finds the ways to {@link #descriptor} and {@link #inputDescriptor}. */
    private static native int init();

    /** The descriptor of a channel of the JDK, also after it was closed; {@code -EOPNOTSUPP} of any other. */
    static native int descriptor(SelectableChannel channel);

    static native long address(ByteBuffer direct);

    /** How many bytes an event has in memory; the first four are its mask. */
    static native int eventSize();

    /** Where in those the eight bytes are that it was registered with. */
    static native int dataOffset();

    /** An epoll set. */
    static native int create();

    static native int eventDescriptor();

    static native int timerDescriptor();

    static native int close(int descriptor);

    static native int control(int set, int operation, int descriptor, int events, long data);

    /** Doesn't wait. @param events address of {@code most} events */
    static native int poll(int set, long events, int most);

    static native int await(int set, long events, int most);

    /** {@code -ENOSYS} before Linux 5.11. */
    static native int awaitNanos(int set, long events, int most, long nanos);

    /** @param nanos from now; 0: never */
    static native int setTimer(int timer, long nanos);

    /** Adds one to an event descriptor. */
    static native int wake(int descriptor);

    /** A descriptor that becomes ready for reading when the process has ended; {@code -ENOSYS} before Linux 5.3. */
    static native int processDescriptor(int pid);

    /** A descriptor that tells of changes of files; {@link #read} doesn't wait. */
    static native int fileEvents();

    /** @param path as the system has it @return the number of the watch; the same for a directory that is watched already */
    static native int watchDirectory(int fileEvents, byte[] path);

    static native int unwatchDirectory(int fileEvents, int watch);

    /** @param memory address of {@code length} bytes */
    static native int read(int descriptor, long memory, int length);

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
