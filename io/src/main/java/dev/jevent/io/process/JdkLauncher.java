package dev.jevent.io.process;

import dev.jevent.io.ThreadedInput;
import dev.jevent.io.ThreadedOutput;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.Pipe;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Processes of the JDK, whose pipes are blocking streams, so that a native thread reads for whoever waits: for loops that watch no
 * descriptors.
 *
 * <p>Facts of JDK 25: the pipes are close-on-exec, and a child closes all other descriptors, too. When the child has ended, the
 * JDK takes what is in its output pipes, 64 KB at most, and closes them: so no byte of the child is lost, and no descriptor is
 * kept by a pipe that nobody reads. It needs the monitor of the stream for that. A thread that reads has it, also between two
 * reads that follow each other within {@link #LINGER}, and that long after the start; so who goes on reading gets what
 * grandchildren write, to the end. But for a child that ends before that thread has the monitor: nothing helps there.
 */
final class JdkLauncher implements Launcher {
    private static final Pattern ERRNO = Pattern.compile("error[:=] ?(\\d+)");
    private static final Duration LINGER = Duration.ofMillis(50);
    private static final int PIPES = 6; // three for the program, two that the JDK makes for itself, and what its helper opens
    private static final int ENOENT = 2;
    private static final int EACCES = 13;

    @Override
    public Launched launch(ProcessBuilder builder) throws IOException {
        Process process = start(builder);
        String of = of(process, builder);
        return new Launched(
                process,
                builder.redirectInput() == Redirect.PIPE
                        ? new ThreadedOutput(process.getOutputStream(), "stdin" + of) : null,
                builder.redirectOutput() == Redirect.PIPE
                        ? new ThreadedInput(process.getInputStream(), "stdout" + of, LINGER) : null,
                builder.redirectError() == Redirect.PIPE && !builder.redirectErrorStream()
                        ? new ThreadedInput(process.getErrorStream(), "stderr" + of, LINGER) : null);
    }

    static Process start(ProcessBuilder builder) throws IOException {
        try {
            checkDescriptors();
            return builder.start();
        } catch (IOException e) {
            throw naming(builder, translated(e, builder));
        }
    }

    /**
     * Fails if fewer descriptors are left than a start may take. Fact of JDK 25: a start that runs out of them half-way closes descriptor 0 of
     * this process, its standard input, and once more, so perhaps somebody else's file. Another thread may still take them meanwhile.
     */
    private static void checkDescriptors() throws IOException {
        List<Pipe> pipes = new ArrayList<>(PIPES);
        try {
            while (pipes.size() < PIPES) {
                pipes.add(Pipe.open());
            }
        } finally {
            for (Pipe pipe : pipes) {
                pipe.source().close();
                pipe.sink().close();
            }
        }
    }

    /** What was wrong with a pipe says nothing of the program: that no descriptor is left, for one. */
    static IOException naming(ProcessBuilder builder, IOException e) {
        String program = builder.command().getFirst();
        String message = String.valueOf(e.getMessage());
        return message.contains(program) ? e : new IOException("Cannot run program \"" + program + "\": " + message, e);
    }

    /** Names the process, behind the name of a stream of it. */
    static String of(Process process, ProcessBuilder builder) {
        return " of process " + process.pid() + " \"" + builder.command().getFirst() + '"';
    }

    /** As the JDK names such errors elsewhere; the system's number is in the message only. */
    private static IOException translated(IOException e, ProcessBuilder builder) {
        Matcher matcher = ERRNO.matcher(String.valueOf(e.getMessage()));
        int number = matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
        String program = builder.command().getFirst();
        FileSystemException named = null;
        if (builder.directory() != null && !Files.isDirectory(builder.directory().toPath())) {
            named = new NoSuchFileException(
                    builder.directory().toString(), null, "no such directory to run \"" + program + "\" in");
        } else if (number == ENOENT) {
            named = new NoSuchFileException(program, null, "no such program"
                    + (program.contains("/") ? ", or no such interpreter of it" : " on the PATH"));
        } else if (number == EACCES) {
            named = new AccessDeniedException(program, null, "may not be executed");
        }
        if (named == null) {
            return e;
        }
        named.initCause(e);
        return named;
    }
}
