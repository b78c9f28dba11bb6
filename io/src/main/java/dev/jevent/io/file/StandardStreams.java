package dev.jevent.io.file;

import dev.jevent.contract.AnyThread;
import dev.jevent.io.ByteInput;
import dev.jevent.io.ByteOutput;
import dev.jevent.io.CooperativeInput;
import dev.jevent.io.CooperativeOutput;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;

/**
 * The standard streams of this process, without freezing a hub: a reader waits for a person or a pipe, a writer for a pipe
 * that is full, and others run meanwhile.
 *
 * <p>They go to the descriptors themselves, past {@link System#in}, {@link System#out} and what those were set to. Use one or the
 * other: what {@code System.in} has buffered is missing here. The loop watches pipes and terminals, if it can; else a thread reads, only while
 * somebody waits for input, and writes.
 *
 * <pre>{@code
 * for (String line : (Iterable<String>) StandardStreams.in().reader(UTF_8).lines()::iterator) …
 * StandardStreams.out().write("done\n", UTF_8);
 * }</pre>
 *
 * <p>Closing one closes it for the whole process.
 */
@AnyThread
public final class StandardStreams {
    private StandardStreams() {}

    /** Each is made when it is asked for. */
    private static final class In {
        static final ByteInput STREAM = new CooperativeInput(new FileInputStream(FileDescriptor.in), "standard input");
    }

    private static final class Out {
        static final ByteOutput STREAM = new CooperativeOutput(new FileOutputStream(FileDescriptor.out), "standard output");
    }

    private static final class Err {
        static final ByteOutput STREAM = new CooperativeOutput(new FileOutputStream(FileDescriptor.err), "standard error output");
    }

    /** For one greenlet at a time. */
    public static ByteInput in() {
        return In.STREAM;
    }

    /** For as many greenlets as like: each write is whole. */
    public static ByteOutput out() {
        return Out.STREAM;
    }

    /** For as many greenlets as like: each write is whole. */
    public static ByteOutput err() {
        return Err.STREAM;
    }
}
