package dev.jevent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.Hub;
import dev.jevent.Task;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** What a program prints, run as the main of a thread, and so of a hub, of its own. */
final class Printed {
    private Printed() {}

    /** The lines on System.out; anything on System.err is a failure. */
    static List<String> by(Task program) throws Exception {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var systemOut = System.out;
        var systemErr = System.err;
        System.setOut(new PrintStream(out, true, UTF_8));
        System.setErr(new PrintStream(err, true, UTF_8));
        try {
            onThreadOfItsOwn(() -> {
                program.run();
                return null;
            });
        } finally {
            System.setOut(systemOut);
            System.setErr(systemErr);
        }
        if (err.size() > 0) {
            throw new AssertionError("printed on System.err:\n" + err.toString(UTF_8));
        }
        return out.toString(UTF_8).lines().toList();
    }

    static <V> V onThreadOfItsOwn(Callable<V> program) throws Exception {
        var task = new FutureTask<V>(() -> {
            try {
                return program.call();
            } finally {
                Hub hub = Hub.ifExists();
                if (hub != null) {
                    hub.close();
                }
            }
        });
        new Thread(task, "main of an example").start();
        return task.get();
    }
}
