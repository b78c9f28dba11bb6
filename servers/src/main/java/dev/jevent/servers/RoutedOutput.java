package dev.jevent.servers;

import dev.jevent.Guard;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Locale;

/**
 * {@code System.out}, or {@code System.err}, while a session of a {@link BackdoorServer} is open: what a greenlet prints goes where
 * {@link #routeTo} said for it, without a lock that others who print would wait for, else to the stream that was there before.
 */
final class RoutedOutput extends PrintStream {
    private static final ThreadLocal<PrintStream> ROUTE = new ThreadLocal<>();
    private static final Installed INSTALLED = new Installed();

    private final PrintStream before;

    private RoutedOutput(PrintStream before) {
        super(OutputStream.nullOutputStream());
        this.before = before;
    }

    /** For what the calling greenlet prints from now on. @param stream null: as everybody else's */
    static void routeTo(PrintStream stream) {
        if (stream == null) {
            ROUTE.remove();
        } else {
            ROUTE.set(stream);
        }
    }

    /** To be closed; the last one puts back what was there, unless somebody has replaced it meanwhile. */
    interface Installation extends AutoCloseable {
        @Override
        void close();
    }

    static Installation install() {
        INSTALLED.add();
        return INSTALLED::remove;
    }

    private static final class Installed extends Guard {
        private int count;
        private RoutedOutput out;
        private RoutedOutput err;

        void add() {
            enter();
            try {
                if (count == 0) {
                    out = new RoutedOutput(System.out);
                    err = new RoutedOutput(System.err);
                    System.setOut(out);
                    System.setErr(err);
                }
                count++;
            } finally {
                leave();
            }
        }

        void remove() {
            enter();
            if (--count == 0) {
                if (System.out == out) {
                    System.setOut(out.before);
                }
                if (System.err == err) {
                    System.setErr(err.before);
                }
            }
            leave();
        }
    }

    private PrintStream target() {
        PrintStream mine = ROUTE.get();
        return mine != null ? mine : before;
    }

    @Override
    public void print(boolean value) {
        target().print(value);
    }

    @Override
    public void print(char value) {
        target().print(value);
    }

    @Override
    public void print(int value) {
        target().print(value);
    }

    @Override
    public void print(long value) {
        target().print(value);
    }

    @Override
    public void print(float value) {
        target().print(value);
    }

    @Override
    public void print(double value) {
        target().print(value);
    }

    @Override
    public void print(char[] value) {
        target().print(value);
    }

    @Override
    public void print(String value) {
        target().print(value);
    }

    @Override
    public void print(Object value) {
        target().print(value);
    }

    @Override
    public void println() {
        target().println();
    }

    @Override
    public void println(boolean value) {
        target().println(value);
    }

    @Override
    public void println(char value) {
        target().println(value);
    }

    @Override
    public void println(int value) {
        target().println(value);
    }

    @Override
    public void println(long value) {
        target().println(value);
    }

    @Override
    public void println(float value) {
        target().println(value);
    }

    @Override
    public void println(double value) {
        target().println(value);
    }

    @Override
    public void println(char[] value) {
        target().println(value);
    }

    @Override
    public void println(String value) {
        target().println(value);
    }

    @Override
    public void println(Object value) {
        target().println(value);
    }

    @Override
    public void write(int octet) {
        target().write(octet);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        target().write(bytes, offset, length);
    }

    @Override
    public void write(byte[] bytes) {
        target().write(bytes, 0, bytes.length);
    }

    @Override
    public void writeBytes(byte[] bytes) {
        target().write(bytes, 0, bytes.length);
    }

    @Override
    public PrintStream printf(String format, Object... arguments) {
        target().printf(format, arguments);
        return this;
    }

    @Override
    public PrintStream printf(Locale locale, String format, Object... arguments) {
        target().printf(locale, format, arguments);
        return this;
    }

    @Override
    public PrintStream format(String format, Object... arguments) {
        target().format(format, arguments);
        return this;
    }

    @Override
    public PrintStream format(Locale locale, String format, Object... arguments) {
        target().format(locale, format, arguments);
        return this;
    }

    @Override
    public PrintStream append(CharSequence text) {
        target().append(text);
        return this;
    }

    @Override
    public PrintStream append(CharSequence text, int start, int end) {
        target().append(text, start, end);
        return this;
    }

    @Override
    public PrintStream append(char c) {
        target().append(c);
        return this;
    }

    @Override
    public void flush() {
        target().flush();
    }

    @Override
    public boolean checkError() {
        return target().checkError();
    }

    /** A snippet's streams are closed with its session, the process' own not from here. */
    @Override
    public void close() {
        flush();
    }
}
