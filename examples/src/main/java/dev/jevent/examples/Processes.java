package dev.jevent.examples;

import static dev.jevent.Jevent.run;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.Hub;
import dev.jevent.io.process.Subprocess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Runs two programs at once, two seconds for both, and prints what they wrote: gevent's example of this name. */
public final class Processes {
    private Processes() {}

    public static void main(String[] args) throws IOException {
        both(List.of("uname"), List.of("ls", "/"), Duration.ofSeconds(2));
    }

    static void both(List<String> one, List<String> other, Duration patience) throws IOException {
        run(() -> {
            try (var first = Subprocess.start(one.toArray(String[]::new));
                    var second = Subprocess.start(other.toArray(String[]::new))) {
                Hub.current().waitAll(List.of(first, second), patience);
                print(first);
                print(second);
            }
        });
    }

    private static void print(Subprocess process) throws IOException {
        var name = process.command().getFirst();
        if (process.isAlive()) {
            IO.println(name + ": still running"); // closing it ends it
        } else {
            IO.println(name + ": " + new String(process.stdout().readAllBytes(), UTF_8).strip());
        }
    }
}
