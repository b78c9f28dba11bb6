package dev.jevent.io.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.Task;
import dev.jevent.io.file.StandardStreams;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Copies its input to its output by greenlets that are killed again and again; says to its error output how often. */
public final class KilledCopier {
    private static int kills;

    private KilledCopier() {}

    public static void main(String[] args) throws Exception {
        Jevent.<Exception>run(() -> {
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            boolean[] ended = new boolean[1];
            while (!ended[0]) {
                kill(() -> {
                    byte[] piece = new byte[700];
                    int count;
                    while ((count = StandardStreams.in().read(piece)) >= 0) {
                        got.write(piece, 0, count);
                    }
                    ended[0] = true;
                });
            }
            ByteBuffer left = ByteBuffer.wrap(got.toByteArray());
            while (left.hasRemaining()) {
                kill(() -> StandardStreams.out().write(left));
            }
            StandardStreams.err().write(kills + "\n", UTF_8);
        });
        System.exit(0);
    }

    /** After a while, or never if it was faster. */
    private static void kill(Task task) {
        Greenlet<Void> victim = Hub.current().spawn(task);
        Jevent.sleep(Duration.ofNanos(200_000));
        kills += victim.dead() ? 0 : 1;
        victim.kill();
    }
}
