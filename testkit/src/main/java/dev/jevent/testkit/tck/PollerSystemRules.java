package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.Interest;
import dev.jevent.loop.Poller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The rules of {@link PollerTck} about processes and files, for pollers that watch them. */
interface PollerSystemRules {
    long TOKEN = 7L << 32 | 1L << 31; // as the loop makes them for these

    Poller poller();

    /** Polls until something is reported for {@code token}; fails if nothing is. */
    int awaitReport(long token) throws IOException;

    /** What a few polls report for {@code token}, which don't wait. */
    int reportedSoon(long token) throws IOException;

    @Test
    default void theEndOfAProcessIsReported() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no /bin/sh here");
        Process process = new ProcessBuilder("/bin/sh", "-c", "read line").start();
        try {
            assumeTrue(poller().watchProcess(process.pid(), TOKEN), "watches no processes");
            assertEquals(0, reportedSoon(TOKEN), "reported, though the process lives");
            process.getOutputStream().close();
            assertEquals(Interest.READ.mask(), awaitReport(TOKEN));
            poller().forget(TOKEN);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    default void aChangeOfAFileIsReported() throws IOException {
        Path file = Files.createTempFile("watched", null);
        try {
            assumeTrue(poller().watchFile(file, TOKEN), "watches no files");
            assertEquals(0, reportedSoon(TOKEN), "reported, though the file is as it was");
            Files.writeString(file, "changed");
            assertEquals(Interest.READ.mask(), awaitReport(TOKEN));
            poller().forget(TOKEN);
        } finally {
            Files.delete(file);
        }
    }

    @Test
    default void whatWasForgottenIsNotReported() throws IOException {
        Path file = Files.createTempFile("watched", null);
        try {
            assumeTrue(poller().watchFile(file, TOKEN), "watches no files");
            poller().forget(TOKEN);
            Files.writeString(file, "changed");
            assertEquals(0, reportedSoon(TOKEN));
            poller().forget(TOKEN);
        } finally {
            Files.delete(file);
        }
    }
}
