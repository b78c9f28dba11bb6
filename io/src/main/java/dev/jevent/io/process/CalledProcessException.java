package dev.jevent.io.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A program ended with another exit status than 0. */
public final class CalledProcessException extends IOException {
    private static final long serialVersionUID = 1;

    /** What it said is cut for the message, not for {@link #errorOutput()}. */
    private static final int SAID = 300;

    private final transient Completed completed;

    CalledProcessException(Completed completed) {
        super(completed.command() + " ended with " + Completed.describe(completed.exitStatus()) + said(completed.errorOutput()));
        this.completed = completed;
    }

    private static String said(byte[] error) {
        if (error == null || error.length == 0) {
            return "";
        }
        String text = new String(error, StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? "" : ": " + (text.length() <= SAID ? text : "…" + text.substring(text.length() - SAID));
    }

    public Completed completed() {
        return completed;
    }

    public List<String> command() {
        return completed.command();
    }

    public int exitStatus() {
        return completed.exitStatus();
    }

    /** Null if it did not come to us. */
    public byte[] output() {
        return completed.output();
    }

    /** Null if it did not come to us. */
    public byte[] errorOutput() {
        return completed.errorOutput();
    }
}
