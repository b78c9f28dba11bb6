package dev.jevent.io.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.process.Subprocess;
import dev.jevent.io.program.Copier;
import dev.jevent.io.program.Flooder;
import dev.jevent.io.program.KilledCopier;
import dev.jevent.io.program.Programs;
import dev.jevent.testkit.HubTest;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;

class StandardStreamsTest {
    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("F-FILE-06: while a program waits for its standard input, its other greenlets run")
    void inputDoesNotFreeze(Hub hub) throws Exception {
        try (Subprocess program = Programs.of(Copier.class).start();
                BufferedReader lines = program.stdout().reader(UTF_8);
                BufferedReader errors = program.stderr().reader(UTF_8)) {
            program.stdin().write("first\n", UTF_8);
            assertThat(lines.readLine()).isEqualTo("first");
            assertThat(errors.readLine()).as("told while it waits for input").isEqualTo("20 ticks");
            program.stdin().write("last\n", UTF_8);
            program.stdin().close();
            assertThat(lines.readLine()).isEqualTo("last");
            assertThat(lines.readLine()).isEqualTo("the end, others ran");
            assertThat(program.waitFor()).isZero();
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("F-FILE-06: while a program's standard output is a full pipe, its other greenlets run; each write is whole")
    void outputDoesNotFreeze(Hub hub) throws Exception {
        try (Subprocess program = Programs.of(Flooder.class).start();
                BufferedReader errors = program.stderr().reader(UTF_8)) {
            assertThat(errors.readLine()).as("told while nobody reads the output").isEqualTo("20 ticks");
            String output = program.communicate().text();
            assertThat(output).isEqualTo(
                    "a".repeat(99_999) + "\n" + "b".repeat(99_999) + "\n" + "c".repeat(99_999) + "\n" + "d".repeat(99_999) + "\n");
            assertThat(program.waitFor()).isZero();
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("readers and writers of the standard streams that are killed again and again lose and double nothing")
    void killedAgainAndAgain(Hub hub) throws Exception {
        byte[] data = new byte[300_000]; // more than the pipe holds
        new Random(9).nextBytes(data);
        try (Subprocess program = Programs.of(KilledCopier.class).start()) {
            Greenlet<Void> writer = hub.spawn(() -> {
                for (int at = 0; at < data.length; at += 3_000) {
                    program.stdin().write(data, at, 3_000);
                    hub.sleep(Duration.ofMillis(1));
                }
                program.stdin().close();
            });
            ByteArrayOutputStream copy = new ByteArrayOutputStream();
            byte[] piece = new byte[10_000];
            for (int count; (count = program.stdout().read(piece)) >= 0; ) {
                copy.write(piece, 0, count);
                hub.sleep(Duration.ofMillis(1));
            }
            writer.get();
            assertThat(copy.toByteArray()).isEqualTo(data);
            assertThat(Integer.parseInt(program.stderr().reader(UTF_8).readLine())).as("kills").isGreaterThan(10);
            assertThat(program.waitFor()).isZero();
        }
    }
}
