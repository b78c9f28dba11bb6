package dev.jevent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.Task;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** What a program prints. */
final class Printed {
    private Printed() {}

    /** The lines on System.out while {@code program} runs. */
    static List<String> by(Task program) throws Exception {
        var out = new ByteArrayOutputStream();
        var before = System.out;
        System.setOut(new PrintStream(out, true, UTF_8));
        try {
            program.run();
        } finally {
            System.setOut(before);
        }
        return out.toString(UTF_8).lines().toList();
    }
}
