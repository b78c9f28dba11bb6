package dev.jevent.loop.kqueue;

import org.junit.jupiter.api.Assumptions;

/** Where tests of the loop can run: on macOS, and on Linux with the shim; both need a C compiler at build time. Elsewhere they are skipped. */
final class Needs {
    private Needs() {}

    static void kqueue() {
        String reason = Kqueue.UNAVAILABLE;
        Assumptions.assumeFalse(reason != null && !reason.startsWith("the system refuses"), reason);
        if (reason != null) {
            throw new AssertionError(reason);
        }
    }
}
