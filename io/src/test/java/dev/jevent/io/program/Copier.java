package dev.jevent.io.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.io.file.StandardStreams;
import java.io.BufferedReader;
import java.time.Duration;

/** Copies its input to its output line by line, while another greenlet counts; says at the end how far that came. */
public final class Copier {
    private static int ticks;

    private Copier() {}

    public static void main(String[] args) throws Exception {
        Jevent.<Exception>run(() -> {
            Hub.current().spawn(() -> {
                while (true) {
                    Jevent.sleep(Duration.ofMillis(1));
                    if (++ticks == 20) {
                        StandardStreams.err().write("20 ticks\n", UTF_8);
                    }
                }
            });
            BufferedReader lines = StandardStreams.in().reader(UTF_8);
            for (String line; (line = lines.readLine()) != null; ) {
                StandardStreams.out().write(line + "\n", UTF_8);
            }
            StandardStreams.out().write("the end, " + (ticks >= 20 ? "others ran" : "nobody else ran") + "\n", UTF_8);
        });
        System.exit(0);
    }
}
