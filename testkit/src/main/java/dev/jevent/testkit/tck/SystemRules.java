package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.Watcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules about signals, processes and files. */
interface SystemRules extends LoopRules {
    private static Process start(String... command) throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no /bin/sh here");
        return new ProcessBuilder(command).start();
    }

    @Test
    @DisplayName("B-WAT-10: a signal that doesn't exist is refused")
    default void unknownSignalsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> start(loop().signal("NOSUCH")));
        assertThrows(IllegalArgumentException.class, () -> start(loop().signal("KILL")));
    }

    private static void start(Watcher watcher) {
        try {
            watcher.start(() -> {});
        } finally {
            watcher.close();
        }
    }

    @Test
    default void aSignalIsSeen() throws IOException {
        realLoop();
        int[] fired = new int[2];
        Watcher.Signal signal = loop().signal("USR2");
        assertFalse(signal.ref(), "keeps the loop going");
        assertEquals("USR2", signal.signal());
        signal.start(() -> fired[0]++);
        Watcher.Signal other = loop().signal("USR2");
        other.start(() -> fired[1]++);
        loop().ref();
        start("/bin/sh", "-c", "kill -USR2 " + ProcessHandle.current().pid());
        runUntil("the signal", () -> fired[0] > 0 && fired[1] > 0);
        loop().unref();
        signal.close();
        other.close();
    }

    @Test
    @DisplayName("F-WAT-08: the end of a child is seen, with its status")
    default void theEndOfAChildIsSeen() throws IOException {
        realLoop();
        Process process = start("/bin/sh", "-c", "exit 7");
        int[] fired = new int[1];
        Watcher.Child child = loop().child(process);
        assertEquals(process.pid(), child.process().pid());
        child.start(() -> fired[0]++);
        runUntil("the end of the child", () -> fired[0] > 0);
        assertEquals(OptionalInt.of(7), child.status());
        iterate(2);
        assertEquals(1, fired[0]);
        child.close();
    }

    @Test
    default void theEndOfAnyProcessIsSeen() throws IOException {
        realLoop();
        Process process = start("/bin/sh", "-c", "exit 7");
        int[] fired = new int[1];
        Watcher.Child child = loop().child(process.toHandle());
        assertEquals(OptionalInt.empty(), child.status());
        child.start(() -> fired[0]++);
        runUntil("the end of the process", () -> fired[0] > 0);
        assertEquals(OptionalInt.empty(), child.status());
        child.close();
    }

    @Test
    @DisplayName("B-WAT-16, F-WAT-12: a file that comes, changes and goes is seen, with what it was before")
    default void aFileThatChangesIsSeen() throws IOException {
        realLoop();
        Path file = Files.createTempDirectory("stat").resolve("file");
        int[] fired = new int[1];
        Watcher.Stat stat = loop().stat(file, Duration.ofMillis(5));
        assertEquals(file, stat.path());
        assertTrue(stat.interval().compareTo(Duration.ZERO) > 0);
        stat.start(() -> fired[0]++);
        try {
            assertNull(stat.attributes());
            Files.writeString(file, "a");
            runUntil("the file that came", () -> fired[0] > 0);
            assertNotNull(stat.attributes());
            assertNull(stat.previous());
            fired[0] = 0;
            Files.writeString(file, "longer");
            runUntil("the file that changed", () -> fired[0] > 0 && stat.attributes().size() == 6);
            assertNotNull(stat.previous());
            fired[0] = 0;
            Files.delete(file);
            runUntil("the file that went", () -> fired[0] > 0);
            assertNull(stat.attributes());
            assertEquals(6, stat.previous().size());
        } finally {
            stat.close();
            Files.deleteIfExists(file);
            Files.delete(file.getParent());
        }
    }
}
