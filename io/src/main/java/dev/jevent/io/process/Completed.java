package dev.jevent.io.process;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * A process that has ended.
 *
 * @param exitStatus what the program ended with, or 128 and the number of the signal that ended it, see {@link #signal()}
 * @param output what it wrote; null if that did not come to us
 * @param errorOutput as {@code output}; null, too, if it was merged into that
 * @param charset of its output, for {@link #text()}
 */
public record Completed(List<String> command, int exitStatus, byte[] output, byte[] errorOutput, Charset charset) {
    private static final int SIGNALED = 128;
    private static final int SIGNALS = 64;

    public Completed {
        command = List.copyOf(command);
        Objects.requireNonNull(charset, "charset");
    }

    /** Whether the exit status is 0. */
    public boolean successful() {
        return exitStatus == 0;
    }

    /**
     * The number of the signal that ended it. This is what the exit status says, and a program that ends by itself with a
     * status from 129 to 192, as a shell does whose command was killed, cannot be told from one that a signal ended: the
     * JDK hands on no more.
     */
    public OptionalInt signal() {
        return signal(exitStatus);
    }

    static OptionalInt signal(int exitStatus) {
        int number = exitStatus - SIGNALED;
        return number > 0 && number <= SIGNALS ? OptionalInt.of(number) : OptionalInt.empty();
    }

    static String describe(int exitStatus) {
        OptionalInt signal = signal(exitStatus);
        return "exit status " + exitStatus + (signal.isPresent() ? " (signal " + signal.getAsInt() + ")" : "");
    }

    /** The output as text; null if it did not come to us. @throws UncheckedIOException if it is no text of that charset */
    public String text() {
        return text("output", output);
    }

    /** The error output as text, as {@link #text()}. */
    public String errorText() {
        return text("error output", errorOutput);
    }

    private String text(String name, byte[] bytes) {
        if (bytes == null) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            return charset.newDecoder().decode(buffer).toString();
        } catch (CharacterCodingException e) {
            throw new UncheckedIOException(
                    name + " of " + command + ": no " + charset + " at byte " + buffer.position()
                            + "; take the bytes, or set another charset", e);
        }
    }

    /** This, if the exit status is 0. @throws CalledProcessException if not */
    public Completed check() throws CalledProcessException {
        if (!successful()) {
            throw new CalledProcessException(this);
        }
        return this;
    }

    @Override
    public String toString() {
        return "<Completed " + command + ", " + describe(exitStatus)
                + (output == null ? "" : ", " + output.length + " bytes of output")
                + (errorOutput == null ? "" : ", " + errorOutput.length + " bytes of error output") + ">";
    }
}
