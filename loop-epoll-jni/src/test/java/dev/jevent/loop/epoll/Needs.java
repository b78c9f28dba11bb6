package dev.jevent.loop.epoll;

import dev.jevent.jni.NativeLibrary;
import org.junit.jupiter.api.Assumptions;

/** Where tests of the loop can run: on Linux, and if it was built with native code. Elsewhere they are skipped, and say so. */
final class Needs {
    private Needs() {}

    static void epoll() {
        String reason = Epoll.UNAVAILABLE;
        Assumptions.assumeTrue(NativeLibrary.platform().startsWith("linux-"), reason);
        Assumptions.assumeFalse(reason != null && reason.startsWith("built without native code"), reason);
        if (reason != null) {
            throw new AssertionError(reason);
        }
    }
}
