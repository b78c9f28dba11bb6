package dev.jevent.io.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.io.file.StandardStreams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Writes more than a pipe holds, by several greenlets, and tells on its error output that others ran meanwhile. */
public final class Flooder {
    private Flooder() {}

    public static void main(String[] args) throws Exception {
        Jevent.<Exception>run(() -> {
            List<Greenlet<Void>> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String line = String.valueOf((char) ('a' + i)).repeat(99_999) + "\n";
                writers.add(Hub.current().spawn(() -> StandardStreams.out().write(line, UTF_8)));
            }
            for (int i = 0; i < 20; i++) {
                Jevent.sleep(Duration.ofMillis(1));
            }
            StandardStreams.err().write("20 ticks\n", UTF_8);
            Jevent.joinAll(writers);
        });
        System.exit(0);
    }
}
