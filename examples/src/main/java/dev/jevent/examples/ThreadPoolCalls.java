package dev.jevent.examples;

import static dev.jevent.Jevent.run;
import static dev.jevent.Jevent.spawn;
import static dev.jevent.Jevent.waitAll;

import dev.jevent.Hub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Calls that would stop the hub, on native threads instead: reading files, computing, blocking in a way that no greenlet
 * can.
 */
public final class ThreadPoolCalls {
    private ThreadPoolCalls() {}

    public static void main(String[] args) throws Exception {
        run(() -> {
            digests(args.length > 0 ? List.of(args) : List.of());
            theHubGoesOn();
        });
    }

    /** All at once, as far as there are threads; no greenlet is needed to wait for them. */
    private static void digests(List<String> files) {
        var pool = Hub.current().threadPool();
        var digests = files.stream().map(file -> pool.spawn(() -> digest(Path.of(file)))).toList();
        waitAll(digests);
        for (int i = 0; i < files.size(); i++) {
            var digest = digests.get(i);
            IO.println(Path.of(files.get(i)).getFileName() + ": " + (digest.successful() ? digest.value() : digest.exception()));
        }
    }

    private static String digest(Path file) throws Exception {
        var sha = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        return HexFormat.of().formatHex(sha, 0, 4);
    }

    /** A native thread waits for a greenlet: it could not, if that greenlet's hub waited for the thread. */
    private static void theHubGoesOn() throws Exception {
        var pool = Hub.current().threadPool();
        var latch = new CountDownLatch(1);
        spawn(() -> {
            IO.println("a greenlet runs meanwhile");
            latch.countDown();
        });
        var name = pool.apply(() -> {
            latch.await();
            return Thread.currentThread().isVirtual() ? "a virtual thread" : "a native thread";
        });
        IO.println(name + " waited for it");
    }
}
