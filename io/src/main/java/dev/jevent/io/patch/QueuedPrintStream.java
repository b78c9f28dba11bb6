package dev.jevent.io.patch;

import dev.jevent.io.patch.OutputQueue.Then;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What {@link System#out} and {@link System#err} are while they are patched: everything that is printed goes through an
 * {@link OutputQueue} to what they were before. Each call is printed whole.
 *
 * <p>No method of the superclass that writes is left, for it would hold the monitor of this while it waits.
 */
final class QueuedPrintStream extends PrintStream {
    private static final byte[] NOTHING = {};

    private final OutputQueue queue;
    private final PrintStream target;
    private final AtomicInteger highSurrogate = new AtomicInteger(); // printed last, by itself; 0: none

    QueuedPrintStream(OutputQueue queue, PrintStream target) {
        super(OutputStream.nullOutputStream(), false, target.charset());
        this.queue = queue;
        this.target = target;
    }

    OutputQueue queue() {
        return queue;
    }

    private void send(byte[] bytes, Then then) {
        queue.write(target, bytes, then, Thread.holdsLock(this));
    }

    private void text(String text) {
        String complete = text;
        int high = highSurrogate.get() == 0 ? 0 : highSurrogate.getAndSet(0);
        if (high != 0) {
            complete = (char) high + complete;
        }
        int length = complete.length();
        if (length > 0 && Character.isHighSurrogate(complete.charAt(length - 1))) { // its other half is still to come
            highSurrogate.set(complete.charAt(length - 1));
            complete = complete.substring(0, length - 1);
        }
        send(complete.getBytes(charset()), Then.NOTHING);
    }

    private void line(String text) {
        text(text.concat(System.lineSeparator()));
    }

    // ---- bytes ----

    @Override
    public void write(int b) {
        send(new byte[] {(byte) b}, Then.NOTHING);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        send(Arrays.copyOfRange(bytes, offset, offset + length), Then.NOTHING);
    }

    @Override
    public void write(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    @Override
    public void writeBytes(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    /** In greenlets it is only seen to; they don't wait. */
    @Override
    public void flush() {
        send(NOTHING, Then.FLUSH);
    }

    /** Closes the stream of the process, after what was printed. */
    @Override
    public void close() {
        send(NOTHING, Then.CLOSE);
    }

    /** In greenlets of what is written by now. */
    @Override
    public boolean checkError() {
        flush();
        return queue.failed();
    }

    // ---- text ----

    @Override
    public void print(boolean value) {
        text(String.valueOf(value));
    }

    @Override
    public void print(char value) {
        text(String.valueOf(value));
    }

    @Override
    public void print(int value) {
        text(String.valueOf(value));
    }

    @Override
    public void print(long value) {
        text(String.valueOf(value));
    }

    @Override
    public void print(float value) {
        text(String.valueOf(value));
    }

    @Override
    public void print(double value) {
        text(String.valueOf(value));
    }

    @Override
    public void print(char[] value) {
        text(String.valueOf(value));
    }

    @Override
    public void print(String value) {
        text(String.valueOf(value));
    }

    @Override
    public void print(Object value) {
        text(String.valueOf(value));
    }

    @Override
    public void println() {
        line("");
    }

    @Override
    public void println(boolean value) {
        line(String.valueOf(value));
    }

    @Override
    public void println(char value) {
        line(String.valueOf(value));
    }

    @Override
    public void println(int value) {
        line(String.valueOf(value));
    }

    @Override
    public void println(long value) {
        line(String.valueOf(value));
    }

    @Override
    public void println(float value) {
        line(String.valueOf(value));
    }

    @Override
    public void println(double value) {
        line(String.valueOf(value));
    }

    @Override
    public void println(char[] value) {
        line(String.valueOf(value));
    }

    @Override
    public void println(String value) {
        line(String.valueOf(value));
    }

    @Override
    public void println(Object value) {
        line(String.valueOf(value));
    }

    @Override
    public PrintStream format(String format, Object... arguments) {
        text(String.format(format, arguments));
        return this;
    }

    @Override
    public PrintStream format(Locale locale, String format, Object... arguments) {
        text(String.format(locale, format, arguments));
        return this;
    }

    // printf and append come down to these

    @Override
    public String toString() {
        return "<" + target + ", printed to by way of " + queue + ">";
    }
}
