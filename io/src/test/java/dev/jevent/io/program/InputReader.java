package dev.jevent.io.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.io.file.StandardStreams;
import dev.jevent.io.patch.Patch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Reads its standard input while another greenlet counts, by way of {@code streams} or of the {@code patch}, which it may turn {@code off}
 * after the first line; the first reader of all it kills. Tells what it has read, who ran, and how many threads read or write for
 * greenlets.
 */
public final class InputReader {
    private static int ticks;

    private InputReader() {}

    public static void main(String[] args) throws Exception {
        boolean patched = !args[0].equals("streams");
        if (patched) {
            Patch.STDIN.on();
        }
        Jevent.<Exception>run(() -> {
            InputStream in = patched ? System.in : StandardStreams.in();
            Hub.current().spawn(() -> {
                while (true) {
                    Jevent.sleep(Duration.ofMillis(1));
                    ticks++;
                }
            });
            Greenlet<Integer> killed = Hub.current().spawn(() -> in.read());
            Jevent.sleep(Duration.ofMillis(5));
            if (!killed.dead()) {
                say(args[0], "waits");
            }
            killed.kill();
            Integer read = killed.value();
            say(args[0], "first " + (read == null || read < 0 ? "" : Character.toString(read)) + line(in));
            if (args[0].equals("off")) {
                Patch.STDIN.off();
            }
            say(args[0], "rest " + new String(in.readAllBytes(), UTF_8).replace("\r", "").replace('\n', ','));
            say(args[0], "others " + (ticks > 0 ? "ran" : "stood still"));
            say(args[0], "threads " + Thread.getAllStackTraces().keySet().stream()
                    .filter(it -> it.getName().startsWith("jevent-io-")).count());
        });
        System.exit(0);
    }

    private static void say(String way, String line) throws IOException {
        if (way.equals("streams")) {
            StandardStreams.out().write(line + "\n", UTF_8);
        } else {
            System.out.println(line);
        }
    }

    /** Byte by byte, so that nothing is read ahead. */
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next;
        while ((next = in.read()) != '\n' && next >= 0) {
            line.write(next);
        }
        return line.toString(UTF_8).strip();
    }
}
