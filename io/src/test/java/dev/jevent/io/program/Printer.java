package dev.jevent.io.program;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.io.patch.Patch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints more than a pipe holds, by several greenlets and a thread, tells when others have run meanwhile, and ends as its argument
 * says: {@code return}, {@code exit} or {@code throw}.
 */
public final class Printer {
    private Printer() {}

    public static void main(String[] args) throws Exception {
        Patch.STDOUT.on();
        List<Greenlet<Void>> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String line = String.valueOf((char) ('a' + i)).repeat(999);
            writers.add(Hub.current().spawn(() -> {
                for (int n = 0; n < 100; n++) {
                    System.out.println(line);
                }
            }));
        }
        Jevent.sleep(Duration.ofMillis(20));
        System.err.println("others ran");
        Jevent.joinAll(writers);
        Thread thread = new Thread(() -> System.out.println("a thread"));
        thread.start();
        Hub.current().threadPool().apply(() -> {
            thread.join();
            return null;
        });
        Hub.current().spawn(() -> {
            System.out.println("the last");
            if (args[0].equals("exit")) {
                System.exit(3);
            }
        }).join();
        if (args[0].equals("throw")) {
            throw new IllegalStateException("thrown by main");
        }
    }
}
