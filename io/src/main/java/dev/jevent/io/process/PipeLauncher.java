package dev.jevent.io.process;

import dev.jevent.DescriptorCalls;
import dev.jevent.Loop;
import dev.jevent.io.PolledInput;
import dev.jevent.io.PolledOutput;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;

/**
 * Processes of the JDK with pipes of our own, which the loop watches: no thread reads or writes for anybody.
 *
 * <p>The child gets its end of a pipe as a file, by the name that the system has for a descriptor of ours. Each end of a pipe has a mode of
 * its own, so that of the child blocks, as programs expect, though ours doesn't. When the child runs, our copy of its end is closed.
 *
 * <p>Of such pipes the JDK knows nothing, and does nothing when the child has ended: what it or its children wrote, and write, stays in the
 * pipe for whoever reads, however late. So a pipe that nobody reads keeps its descriptor until it is closed, or nobody refers to it.
 *
 * <p>The end itself still comes by way of the JDK, whose thread waits for each child and reaps it. A descriptor of the process would tell
 * the same a moment earlier, and of the status only until that thread has asked for it, which is at the same moment: nothing would
 * be gained but for a start of our own, without {@link ProcessBuilder}.
 */
final class PipeLauncher implements Launcher {
    private final DescriptorCalls calls;
    private final SelectorProvider channels;

    private PipeLauncher(DescriptorCalls calls, SelectorProvider channels) {
        this.calls = calls;
        this.channels = channels;
    }

    private static final class Names {
        /** Where descriptors have names; null: nowhere. */
        static final File DIRECTORY = find(new File("/proc/self/fd"), new File("/dev/fd"));

        private static File find(File... candidates) {
            for (File each : candidates) {
                if (each.isDirectory()) {
                    return each;
                }
            }
            return null;
        }
    }

    /** Null if {@code loop} doesn't watch descriptors, or they have no names here. */
    static Launcher of(Loop loop) {
        DescriptorCalls calls = loop.descriptorCalls();
        return calls == null || Names.DIRECTORY == null ? null : new PipeLauncher(calls, loop.channels());
    }

    @Override
    public Launched launch(ProcessBuilder builder) throws IOException {
        List<Closeable> ours = new ArrayList<>(3);
        List<Closeable> theirs = new ArrayList<>(3);
        boolean complete = false;
        try {
            Pipe in = builder.redirectInput() == Redirect.PIPE ? open() : null;
            if (in != null) {
                ours.add(in.sink());
                theirs.add(in.source());
                builder.redirectInput(file(in.source()));
            }
            Pipe out = builder.redirectOutput() == Redirect.PIPE ? open() : null;
            if (out != null) {
                ours.add(out.source());
                theirs.add(out.sink());
                builder.redirectOutput(file(out.sink()));
            }
            Pipe error = builder.redirectError() == Redirect.PIPE && !builder.redirectErrorStream() ? open() : null;
            if (error != null) {
                ours.add(error.source());
                theirs.add(error.sink());
                builder.redirectError(file(error.sink()));
            }
            Process process = JdkLauncher.start(builder);
            String of = JdkLauncher.of(process, builder);
            Launched launched = new Launched(
                    process,
                    in == null ? null : PolledOutput.of(in.sink(), "stdin" + of),
                    out == null ? null : PolledInput.of(out.source(), calls, "stdout" + of),
                    error == null ? null : PolledInput.of(error.source(), calls, "stderr" + of));
            complete = true;
            return launched;
        } catch (IOException e) {
            throw JdkLauncher.naming(builder, e);
        } finally {
            closeAll(theirs);
            if (!complete) {
                closeAll(ours);
            }
        }
    }

    private static void closeAll(List<Closeable> ends) throws IOException {
        for (Closeable end : ends) {
            end.close();
        }
    }

    private Pipe open() throws IOException {
        Pipe pipe = channels.openPipe();
        calls.closeOnExec(calls.descriptor(pipe.source()));
        calls.closeOnExec(calls.descriptor(pipe.sink()));
        return pipe;
    }

    private File file(SelectableChannel end) {
        return new File(Names.DIRECTORY, Integer.toString(calls.descriptor(end)));
    }
}
