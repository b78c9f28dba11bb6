package dev.jevent;

import dev.jevent.contract.AnyThread;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;

/**
 * What cooperative I/O asks of a loop that watches descriptors, besides watching: which one belongs to what the JDK has opened, and what
 * could be done with it now. So the pipes of a process, standard input, terminals and FIFOs need no threads, and the bytes of a
 * connection no detour. {@link Loop#descriptorCalls} has it.
 *
 * <p>No method waits, and only those that move bytes throw. A number is what it was asked for only as long as the caller keeps its file
 * open.
 */
@AnyThread
public interface DescriptorCalls {
    /** The number of a channel's descriptor; -1 of one that isn't the JDK's. */
    int descriptor(SelectableChannel channel);

    /**
     * The number of the descriptor that {@code stream} reads from: of a {@link java.io.FileInputStream}, or a
     * {@link java.io.BufferedInputStream} of one, as {@link System#in} is; -1 of any other, of a subclass of them, and after the close.
     */
    int descriptor(InputStream stream);

    /** The number of the descriptor that a {@link java.io.FileOutputStream} writes to; -1 of any other, of a subclass, and after the close. */
    int descriptor(OutputStream stream);

    /** Whether it is a pipe, a socket or a terminal: what makes a reader wait for somebody, and tells when it is ready. */
    boolean isWatchable(int descriptor);

    /** Whether a read wouldn't wait, be it for the end or an error. True if the system doesn't say. */
    boolean isReadable(int descriptor);

    /** How many bytes a read would find; 0 at the end, and if the system doesn't say. */
    int available(int descriptor);

    /** Keeps it from programs that are started, by whomever. */
    void closeOnExec(int descriptor);

    /**
     * Makes {@code over} a descriptor of what {@code descriptor} is, for writing, in non-blocking mode, which {@code descriptor} keeps
     * its own of: other processes may share that. What {@code over} was before is closed.
     *
     * @return false, and {@code over} is what it was, if the system has no way: with sockets, and with pipes that nobody reads
     */
    boolean reopenOutput(int descriptor, int over);

    /**
     * Receives what has come on a connected socket, without the locks and the copies of the JDK's channels.
     *
     * @param into direct, or over an array; its position moves
     * @return how many bytes; 0 if none are there, or there is no room for any; -1 at the end of the stream
     * @throws SocketException if the connection failed: once, as the system tells it
     */
    int receive(int socket, ByteBuffer into) throws IOException;

    /**
     * Sends as much as goes now.
     *
     * @param from direct, or over an array: none that is read-only in the heap; its position moves
     * @return how many bytes
     * @throws SocketException if the connection failed, or the peer takes nothing any more
     */
    int send(int socket, ByteBuffer from) throws IOException;
}
