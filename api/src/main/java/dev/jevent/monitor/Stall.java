package dev.jevent.monitor;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import java.time.Duration;
import java.util.List;

/**
 * A hub has not come back to its loop: none of its other greenlets runs, no timer goes off, no I/O is looked at. Told once
 * for each stall. [F-MOM-03]
 *
 * @param greenlet who holds the hub's thread: main, the hub greenlet in a callback, or null if it is a virtual thread that jevent
 *     doesn't know
 * @param length how long it has lasted when it was seen; it goes on
 * @param stack of the code that holds the hub's thread, innermost frame first
 */
public record Stall(Hub hub, Greenlet<?> greenlet, Duration length, Reason reason, List<StackTraceElement> stack)
        implements MonitorEvent {
    /** What keeps a greenlet on its thread. */
    public enum Reason {
        /** It computes. Remedy: {@code Hub.yieldNow()} now and then, or the thread pool. */
        CPU("computes"),

        /** It is in native code. Remedy: the thread pool. */
        NATIVE_CALL("is in a native call"),

        /** It is in a static initialiser, or waits for another's. Remedy: initialise the class before, on main. */
        CLASS_INITIALISATION("initialises a class"),

        /** It waits, and cannot leave its thread: below a native frame. Remedy: the thread pool. */
        PINNED_PARK("waits without leaving its thread"),

        /** It reads or writes a file, a pipe, or a standard stream. Remedy: {@code io.file}, or the thread pool. */
        FILE_IO("reads or writes a file");

        private final String phrase;

        Reason(String phrase) {
            this.phrase = phrase;
        }

        @Override
        public String toString() {
            return phrase;
        }
    }

    public Stall {
        stack = List.copyOf(stack);
    }

    /** One line, then the stack. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[jevent/Stall] ").append(hub).append(" has not come back to its loop for ")
                .append(length.toMillis()).append(" ms: ").append(greenlet == null ? "a virtual thread of the JDK" : greenlet)
                .append(' ').append(reason);
        for (StackTraceElement frame : stack) {
            text.append(System.lineSeparator()).append("    at ").append(frame);
        }
        return text.toString();
    }
}
