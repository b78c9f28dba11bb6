package dev.jevent.io.process;

import dev.jevent.Durations;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A program and how to run it, in the words of {@link ProcessBuilder}: can be run as often as one likes, and changed in
 * between.
 *
 * <pre>{@code
 * var head = new Command("git", "rev-parse", "HEAD").directory(repository).checkOutput().strip();
 * }</pre>
 *
 * <p>Where its streams go if nothing was said:
 *
 * <table>
 * <caption>defaults</caption>
 * <tr><th></th><th>input</th><th>output</th><th>error output</th></tr>
 * <tr><td>{@link #start()}</td><td>a pipe</td><td>a pipe</td><td>a pipe</td></tr>
 * <tr><td>{@link #run()}</td><td>{@link #input}, or none</td><td>kept</td><td>kept</td></tr>
 * <tr><td>{@link #checkOutput()}</td><td>{@link #input}, or none</td><td>kept</td><td>ours</td></tr>
 * <tr><td>{@link #call()}, {@link #checkCall()}</td><td>{@link #input}, or ours</td><td>ours</td><td>ours</td></tr>
 * </table>
 *
 * <p>What is kept, is kept in memory: of a program that writes without end, read {@link #start()}'s pipes.
 *
 * <p>A program that cannot be run is a {@link java.nio.file.NoSuchFileException} or an
 * {@link java.nio.file.AccessDeniedException} that names it. Starting takes a thread of the hub's pool for some milliseconds. If
 * whoever waits for a program here is killed or timed out, the program is killed.
 */
public final class Command {
    /** For what a program that was killed has left in its pipes; more only comes if its children have them, too. */
    private static final Duration REST = Duration.ofMillis(250);

    private final List<String> words;
    private Path directory;
    private Map<String, String> environment;
    private Redirect redirectInput;
    private Redirect redirectOutput;
    private Redirect redirectError;
    private boolean mergesError;
    private byte[] input;
    private Charset charset = StandardCharsets.UTF_8;
    private Duration timeout;

    /** @throws IllegalArgumentException if there is no program */
    public Command(String... words) {
        this(List.of(words));
    }

    /** @throws IllegalArgumentException if there is no program */
    public Command(List<String> words) {
        this.words = List.copyOf(words);
        if (words.isEmpty()) {
            throw new IllegalArgumentException("words: [] (expected: a program, and what it is called with)");
        }
        for (String word : words) {
            if (word.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("words: " + words + " (expected: no NUL)");
            }
        }
    }

    /** The program and what it is called with. */
    public List<String> words() {
        return words;
    }

    /** Where it runs; null, as at the start: where we do. */
    public Command directory(Path directory) {
        this.directory = directory;
        return this;
    }

    /** At the start a copy of ours. Can be changed, by one thread at a time. */
    public Map<String, String> environment() {
        if (environment == null) {
            environment = new ProcessBuilder().environment();
        }
        return environment;
    }

    /** @throws IllegalArgumentException as {@link Map#put} of a {@link ProcessBuilder#environment()} */
    public Command environment(String name, String value) {
        environment().put(name, value);
        return this;
    }

    /** @throws IllegalArgumentException if one cannot read from it */
    public Command redirectInput(Redirect source) {
        new ProcessBuilder().redirectInput(source);
        redirectInput = source;
        return this;
    }

    /** @throws IllegalArgumentException if one cannot write to it */
    public Command redirectOutput(Redirect destination) {
        new ProcessBuilder().redirectOutput(destination);
        redirectOutput = destination;
        return this;
    }

    /** @throws IllegalArgumentException if one cannot write to it */
    public Command redirectError(Redirect destination) {
        new ProcessBuilder().redirectError(destination);
        redirectError = destination;
        return this;
    }

    /** Whether error output goes where output goes, in the order in which it is written. */
    public Command redirectErrorStream(boolean merge) {
        mergesError = merge;
        return this;
    }

    /** All three streams are ours. */
    public Command inheritIO() {
        return redirectInput(Redirect.INHERIT).redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
    }

    /** What it gets to read. Null, as at the start: nothing was said. */
    public Command input(byte[] input) {
        this.input = input;
        return this;
    }

    public Command input(String input) {
        return input(input.getBytes(charset));
    }

    /** Of texts to and from it; UTF-8 at the start. For input, set it before. */
    public Command charset(Charset charset) {
        this.charset = Objects.requireNonNull(charset, "charset");
        return this;
    }

    /** How long it may run; it is killed then. Null, as at the start: without limit. Not for {@link #start()}. */
    public Command timeout(Duration timeout) {
        if (timeout != null) {
            Durations.nanos("timeout", timeout);
        }
        this.timeout = timeout;
        return this;
    }

    // ---- running ----

    /**
     * Starts it and returns.
     *
     * @throws IllegalArgumentException if there is {@link #input}, which is for those that wait
     * @throws IOException if it cannot be started
     */
    @Switches
    public Subprocess start() throws IOException {
        if (input != null) {
            throw new IllegalArgumentException(
                    "input: given, and start() doesn't wait until it is written (expected: communicate(input))");
        }
        return start(Redirect.PIPE, Redirect.PIPE, Redirect.PIPE);
    }

    /**
     * Runs it to its end, whatever that is, and keeps what it writes.
     *
     * @throws ProcessTimeoutException if it has not ended in time; it was killed
     * @throws IllegalArgumentException if both {@code input} and {@code redirectInput} were given
     */
    @Switches
    public Completed run() throws IOException {
        return run(Redirect.PIPE, Redirect.PIPE, Redirect.PIPE);
    }

    /**
     * Runs it to its end.
     *
     * @return its exit status
     * @throws ProcessTimeoutException as {@link #run()}
     */
    @Switches
    public int call() throws IOException {
        return run(Redirect.INHERIT, Redirect.INHERIT, Redirect.INHERIT).exitStatus();
    }

    /**
     * Runs it to its end.
     *
     * @throws CalledProcessException if its exit status isn't 0
     * @throws ProcessTimeoutException as {@link #run()}
     */
    @Switches
    public void checkCall() throws IOException {
        run(Redirect.INHERIT, Redirect.INHERIT, Redirect.INHERIT).check();
    }

    /**
     * Runs it to its end.
     *
     * @return what it wrote, as text
     * @throws CalledProcessException if its exit status isn't 0
     * @throws ProcessTimeoutException as {@link #run()}
     * @throws java.io.UncheckedIOException as {@link Completed#text()}
     */
    @Switches
    public String checkOutput() throws IOException {
        if (redirectOutput != null && redirectOutput != Redirect.PIPE) {
            throw new IllegalArgumentException(
                    "redirectOutput: " + redirectOutput + " (expected: nothing, for checkOutput returns it)");
        }
        return run(Redirect.PIPE, Redirect.PIPE, Redirect.INHERIT).check().text();
    }

    private Completed run(Redirect in, Redirect out, Redirect error) throws IOException {
        if (input != null && redirectInput != null && redirectInput != Redirect.PIPE) {
            throw new IllegalArgumentException("input and redirectInput: both given (expected: one of them)");
        }
        Subprocess started = start(input != null ? Redirect.PIPE : in, out, error);
        try {
            return started.communicate(input, timeout);
        } catch (ProcessTimeoutException e) {
            started.kill();
            started.waitFor();
            throw started.timedOut(timeout, REST);
        } finally {
            started.kill();
            started.closePipes();
        }
    }

    private Subprocess start(Redirect in, Redirect out, Redirect error) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectInput(redirectInput != null ? redirectInput : in)
                .redirectOutput(redirectOutput != null ? redirectOutput : out)
                .redirectError(redirectError != null ? redirectError : error)
                .redirectErrorStream(mergesError);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        if (environment != null) {
            Map<String, String> own = builder.environment();
            own.clear();
            own.putAll(environment);
        }
        return Subprocess.start(builder, charset);
    }

    @Override
    public String toString() {
        return "<Command " + words + ">";
    }
}
