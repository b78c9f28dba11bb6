package dev.jevent.testkit;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Compares the threads and the open descriptors of the process with those of before. Descriptors are seen where
 * {@code /proc/self/fd} is; what the JVM opens for itself (class files, random numbers) is not counted.
 */
final class ProcessAudit {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    static {
        try {
            // The JDK opens them at the first blocking socket call and keeps them: no test is to blame for their descriptors.
            Class.forName("sun.nio.ch.Poller", true, null);
        } catch (ClassNotFoundException e) {
            // A JDK without that class opens none.
        }
        try {
            SocketChannel.open().close(); // the first one leaves a descriptor that closed sockets are replaced with
        } catch (IOException e) {
            // No sockets here, so no test has any.
        }
    }

    /** Freed by the collector, or by a thread that is ending: looked at again that often, with pauses of {@link #PAUSE}. */
    private static final int LOOKS = 40;

    private static final int PAUSE = 50;

    private final Set<Thread> threads = threads();
    private final Map<String, String> descriptors = descriptors();

    void check(Findings findings) throws InterruptedException {
        String left = left();
        for (int look = 0; !left.isEmpty() && look < LOOKS; look++) {
            if (look == 0) {
                System.gc(); // channels and files that nobody refers to any more
            }
            Thread.sleep(PAUSE);
            left = left();
        }
        if (!left.isEmpty()) {
            findings.add(left);
        }
    }

    private String left() {
        StringBuilder text = new StringBuilder();
        for (Thread thread : threads()) {
            if (!threads.contains(thread)) {
                text.append("\n  thread that still lives: ").append(thread);
            }
        }
        Map<String, String> open = descriptors();
        open.forEach((number, target) -> {
            if (!target.equals(descriptors.get(number)) && (hasIdentity(target) || count(open, target) > count(descriptors, target))) {
                text.append("\n  open descriptor: ").append(number).append(" → ").append(target);
            }
        });
        return text.isEmpty() ? "" : text.substring(3);
    }

    /** Whether the target names one thing. Each epoll and each eventfd has the same: one that took another's place is none too many. */
    private static boolean hasIdentity(String target) {
        return !target.startsWith("anon_inode:");
    }

    private static int count(Map<String, String> descriptors, String target) {
        return Collections.frequency(descriptors.values(), target);
    }

    private static Set<Thread> threads() {
        Set<Thread> alive = new HashSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!Dump.isOfTheSystem(thread)) {
                alive.add(thread);
            }
        }
        return alive;
    }

    /** Number and target of each. */
    private static Map<String, String> descriptors() {
        Map<String, String> open = new HashMap<>();
        if (!Files.isDirectory(DESCRIPTORS)) {
            return open;
        }
        try (DirectoryStream<Path> numbers = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path number : numbers) {
                String target = target(number);
                if (target != null && !isOfTheJvm(target)) {
                    open.put(number.getFileName().toString(), target);
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot list " + DESCRIPTORS, e);
        }
        return open;
    }

    private static String target(Path number) throws IOException {
        try {
            return Files.readSymbolicLink(number).toString();
        } catch (NoSuchFileException e) {
            return null; // the one that lists the directory
        }
    }

    private static boolean isOfTheJvm(String target) {
        return target.endsWith(".jar")
                || target.endsWith("/modules")
                || target.endsWith("/random")
                || target.endsWith("/urandom")
                || target.endsWith("/fd");
    }
}
