package dev.jevent.io.process;

import dev.jevent.Durations;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;

/** A process had not ended in time. Has what it wrote until then. */
public final class ProcessTimeoutException extends InterruptedIOException {
    private static final long serialVersionUID = 1;

    private final transient List<String> command;
    private final Duration timeout;
    private final transient byte[] output;
    private final transient byte[] errorOutput;

    ProcessTimeoutException(List<String> command, Duration timeout, byte[] output, byte[] errorOutput) {
        super(command + " has not ended after " + Durations.text(timeout));
        this.command = command;
        this.timeout = timeout;
        this.output = output;
        this.errorOutput = errorOutput;
    }

    public List<String> command() {
        return command;
    }

    public Duration timeout() {
        return timeout;
    }

    /** What it wrote so far; null if it did not come to us. */
    public byte[] output() {
        return output;
    }

    /** What it wrote so far; null if it did not come to us. */
    public byte[] errorOutput() {
        return errorOutput;
    }
}
